// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.api.TypeSchema;
import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.StoredOperator;
import io.statebackend.core.reader.StoredState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What operators and states are to be: those of a checkpoint of another version of the program, or
 * of a file with what {@code show --json} has written, which a person may have changed.
 */
final class DeclaredSchemas {

  /** The types of a state. */
  record State(String kind, TypeSchema namespace, TypeSchema userKey, TypeSchema value) {}

  /** The types of an operator. */
  record Operator(TypeSchema key, Map<String, State> states) {}

  private final Map<String, Operator> operators = new LinkedHashMap<>();

  private DeclaredSchemas() {}

  Map<String, Operator> operators() {
    return operators;
  }

  /** Reads a checkpoint, or a file. */
  static DeclaredSchemas of(String location) {
    if (!Location.isAddress(location)) {
      Path path = Location.path(location);
      if (Files.isRegularFile(path) && !path.endsWith("_metadata")) {
        return ofFile(path);
      }
    }
    try (Location place = Location.open(location);
        CheckpointReader reader = place.reader(null)) {
      return of(reader);
    }
  }

  static DeclaredSchemas of(CheckpointReader reader) {
    DeclaredSchemas schemas = new DeclaredSchemas();
    for (StoredOperator operator : reader.operators()) {
      Map<String, State> states = new LinkedHashMap<>();
      for (StoredState state : operator.states()) {
        states.put(
            state.name(),
            new State(
                ShowCommand.kind(state),
                state.meta().namespace().schema(),
                state.meta().userKey().schema(),
                state.value()));
      }
      schemas.operators.put(operator.id(), new Operator(operator.key().schema(), states));
    }
    return schemas;
  }

  private static DeclaredSchemas ofFile(Path file) {
    DeclaredSchemas schemas = new DeclaredSchemas();
    try {
      for (String line : Files.readAllLines(file)) {
        if (!line.isBlank()) {
          Object operator = JsonParser.parse(line);
          if (operator == null) {
            throw new IllegalArgumentException("a line is null");
          }
          schemas.add((Map<?, ?>) operator);
        }
      }
      return schemas;
    } catch (IOException e) {
      throw new UsageException("cannot read %s: %s".formatted(file, e));
    } catch (ClassCastException e) {
      throw new UsageException(file + " is not what show --json writes: it has another shape");
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "%s is not what show --json writes: %s".formatted(file, e.getMessage()));
    }
  }

  private void add(Map<?, ?> operator) {
    Map<String, State> states = new LinkedHashMap<>();
    for (Object element : (List<?>) member(operator, "states")) {
      Map<?, ?> state = (Map<?, ?>) element;
      states.put(
          text(state, "state"),
          new State(
              text(state, "kind"),
              schema(state, "namespaceSchema"),
              schema(state, "userKeySchema"),
              schema(state, "valueSchema")));
    }
    operators.put(text(operator, "operator"), new Operator(schema(operator, "keySchema"), states));
  }

  private static Object member(Map<?, ?> tree, String name) {
    Object member = tree.get(name);
    if (member == null) {
      throw new IllegalArgumentException("no member '" + name + "'");
    }
    return member;
  }

  private static String text(Map<?, ?> tree, String name) {
    return (String) member(tree, name);
  }

  private static TypeSchema schema(Map<?, ?> tree, String name) {
    try {
      return TypeSchema.parse(text(tree, name));
    } catch (io.statebackend.api.CorruptStateException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }
}
