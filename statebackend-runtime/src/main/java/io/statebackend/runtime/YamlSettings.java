// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Settings in a file of YAML: what is nested gets a name with dots. */
final class YamlSettings {
  private YamlSettings() {}

  /**
   * Reads settings.
   *
   * @param file the name of the file, for messages
   * @throws IllegalArgumentException if it is not well formed, or holds what is no setting
   */
  static Map<String, String> read(String file, InputStream in) {
    Map<String, String> settings = new TreeMap<>();
    Object content;
    try {
      content = new Load(LoadSettings.builder().setLabel(file).build()).loadFromInputStream(in);
    } catch (YamlEngineException e) {
      throw new IllegalArgumentException(
          "not well formed YAML: file=%s, reason=%s".formatted(file, e.getMessage()), e);
    }
    if (content != null) {
      add(file, "", content, settings);
    }
    return settings;
  }

  private static void add(
      String file, String name, @Nullable Object value, Map<String, String> settings) {
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (key, inner) -> add(file, name.isEmpty() ? "" + key : name + "." + key, inner, settings));
    } else if (name.isEmpty() || value == null || value instanceof Iterable) {
      throw new IllegalArgumentException(
          "setting '%s' in %s is wrong: expected=one value, actual=%s"
              .formatted(name, file, value));
    } else if (settings.put(name, String.valueOf(value)) != null) {
      throw new IllegalArgumentException(
          "setting '%s' in %s is given twice, nested and with dots".formatted(name, file));
    }
  }
}
