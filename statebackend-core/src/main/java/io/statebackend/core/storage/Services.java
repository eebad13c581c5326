// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.storage;

import java.util.Iterator;
import java.util.Locale;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The services of a kind that modules provide, by name. Looked up anew each time, since programs
 * open few of them; by the class loader of the thread, and by that of this library as well.
 *
 * @param <S> the kind
 */
final class Services<S> {
  private static final int FAILURES_MAX = 100;

  private final Class<S> kind;
  private final TreeMap<String, S> byName = new TreeMap<>();

  /** What kept a service from being loaded, or {@code null}. */
  private @Nullable ServiceConfigurationError failure;

  private Services(Class<S> kind) {
    this.kind = kind;
  }

  /**
   * Looks for services.
   *
   * @throws IllegalStateException if two classes provide the same name
   */
  static <S> Services<S> find(Class<S> kind, Function<S, String> name) {
    Services<S> services = new Services<>(kind);
    services.add(ServiceLoader.load(kind), name);
    services.add(ServiceLoader.load(kind, Services.class.getClassLoader()), name);
    return services;
  }

  private void add(ServiceLoader<S> loader, Function<S, String> name) {
    Iterator<S> found = loader.iterator();
    for (int failures = 0; failures < FAILURES_MAX; ) {
      try {
        if (!found.hasNext()) {
          return;
        }
        add(found.next(), name);
      } catch (ServiceConfigurationError e) {
        // Others are still to be had; who asks for this one is told.
        failure = e;
        failures++;
      }
    }
  }

  private void add(S service, Function<S, String> name) {
    S other = byName.putIfAbsent(name.apply(service), service);
    if (other != null && !other.getClass().getName().equals(service.getClass().getName())) {
      throw new IllegalStateException(
          "two classes are '%s' for %s: %s and %s; leave one of their modules out"
              .formatted(
                  name.apply(service),
                  kind.getSimpleName(),
                  other.getClass().getName(),
                  service.getClass().getName()));
    }
  }

  Set<String> names() {
    return new TreeSet<>(byName.keySet());
  }

  /**
   * Returns a service.
   *
   * @param name its name, in upper or lower case
   * @param missing the message if there is none
   * @throws IllegalArgumentException if there is none
   */
  S get(String name, String missing) {
    S service = byName.get(name.toLowerCase(Locale.ROOT));
    if (service == null) {
      throw new IllegalArgumentException(
          "%s: name='%s', found=%s; add its module%s"
              .formatted(
                  missing,
                  name,
                  byName.keySet(),
                  failure == null ? "" : ", or see the cause, for one could not be loaded"),
          failure);
    }
    return service;
  }
}
