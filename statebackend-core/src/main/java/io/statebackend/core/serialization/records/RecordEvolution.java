// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.records;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.records.RecordReader.StoredComponent;
import io.statebackend.core.serialization.schema.Path;
import io.statebackend.core.serialization.schema.StoredType;
import io.statebackend.core.serialization.schema.Words;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares a record as it was stored with the record as it is. Components are matched by name, or
 * by a former name.
 *
 * @param recordClass the class
 * @param components its components in their order
 * @param schemaReaders finds what reads components that are gone
 * @param <R> the class
 */
public record RecordEvolution<R>(
    RecordClass<R> recordClass, List<RecordComponentForm> components, SchemaReaders schemaReaders) {

  /** Refuses former names that another component bears: nobody could tell which one is meant. */
  public RecordEvolution {
    Set<String> names = new HashSet<>();
    components.forEach(component -> names.add(component.name()));
    for (RecordComponentForm component : components) {
      for (String former : component.formerNames()) {
        if (!names.add(former)) {
          throw new IllegalArgumentException(
              "former name '%s' of component %s.%s is taken: a name stands for one component"
                  .formatted(former, recordClass.type().getTypeName(), component.name()));
        }
      }
    }
  }

  /** Compares with a stored record. */
  Compatibility<R> from(StoredType stored, Path path) {
    Set<String> storedNames = new HashSet<>();
    for (TypeSchema.Member member : stored.members()) {
      if (member.name() == null || member.schema() == null || !storedNames.add(member.name())) {
        return path.incompatible("stored components without a name or type, or named twice");
      }
    }
    boolean asIs = stored.members().size() == components.size();
    int nullBits = 0;
    List<StoredComponent> readers = new ArrayList<>();
    for (TypeSchema.Member member : stored.members()) {
      String name = String.valueOf(member.name());
      StoredType type = stored.part(readers.size());
      boolean nullable = RecordComponentForm.isNullable(type);
      RecordComponentForm component = find(name, storedNames);
      Path partPath = path.component(component == null ? name : component.name());
      Compatibility<?> answer = compare(component, type, partPath);
      if (answer instanceof Compatibility.Incompatible<?> incompatible) {
        return Compatibility.incompatible(incompatible.reason());
      }
      asIs &=
          component != null
              && component.index() == readers.size()
              && component.isNullable() == nullable
              && answer instanceof Compatibility.AsIs<?>;
      readers.add(
          new StoredComponent(
              reader(answer, component),
              nullable ? nullBits++ : RecordComponentForm.NEVER_NULL,
              component == null ? StoredComponent.NOWHERE : component.index(),
              whenNull(component, type)));
    }
    AbsentValue.@Nullable Source[] added = added(readers);
    Compatibility<R> refused = refusedDefault(added, path);
    if (refused != null) {
      return refused;
    }
    return asIs
        ? Compatibility.asIs()
        : Compatibility.afterMigration(
            new RecordReader<>(recordClass, stored.schema(), readers, added));
  }

  private @Nullable RecordComponentForm find(String name, Set<String> storedNames) {
    for (RecordComponentForm component : components) {
      boolean isStoredUnderItsName = storedNames.contains(component.name());
      if (component.name().equals(name)
          || (!isStoredUnderItsName && component.formerNames().contains(name))) {
        return component;
      }
    }
    return null;
  }

  /** Compares one component; {@code null} stands for one that the class has no more. */
  private Compatibility<?> compare(
      @Nullable RecordComponentForm component, StoredType type, Path path) {
    StoredType part = RecordComponentForm.presentPart(type);
    if (component == null) {
      path.dropped(part.schema());
      return schemaReaders
          .find(part)
          .<Compatibility<?>>map(Compatibility::afterMigration)
          .orElseGet(
              () ->
                  path.incompatible(
                      "stored " + Path.brief(part.schema()) + ", which is not known here"));
    }
    if (RecordComponentForm.isNullable(type)
        && !component.isNullable()
        && !component.absent().isExplicit()) {
      return path.incompatible(
          Path.difference(type.schema(), component.schema())
              + ", which has no null; say by @DefaultValue what null becomes");
    }
    return path.compare(component.serializer(), part);
  }

  private static TypeSerializer<?> reader(
      Compatibility<?> answer, @Nullable RecordComponentForm component) {
    if (answer instanceof Compatibility.AfterMigration<?> migration) {
      return migration.reader();
    }
    return requireNonNull(component).serializer();
  }

  private static AbsentValue.Source whenNull(
      @Nullable RecordComponentForm component, StoredType type) {
    if (component == null || !RecordComponentForm.isNullable(type)) {
      return () -> null;
    }
    if (!component.isNullable()) {
      return component.absent().source();
    }
    String declared = component.serializer().schema().type();
    boolean becomesOptional =
        declared.equals(Words.OPTIONAL)
            && !RecordComponentForm.presentPart(type).type().equals(Words.OPTIONAL);
    return becomesOptional ? Optional::empty : () -> null;
  }

  /** Answers that the constructor refuses what an added component becomes, or {@code null}. */
  private @Nullable Compatibility<R> refusedDefault(
      AbsentValue.@Nullable Source[] added, Path path) {
    DefaultTrial trial = new DefaultTrial(recordClass);
    for (RecordComponentForm component : components) {
      AbsentValue.Source source = added[component.index()];
      if (source != null) {
        Object value = source.make();
        RuntimeException refusal = trial.refusal(component.index(), value);
        if (refusal != null) {
          return path.component(component.name())
              .incompatible(
                  "nothing is stored for it, and the constructor of record %s refuses its default %s: %s; say by @DefaultValue what it becomes, or let the constructor take the default"
                      .formatted(recordClass.type().getName(), value, refusal));
        }
      }
    }
    return null;
  }

  private AbsentValue.@Nullable Source[] added(List<StoredComponent> readers) {
    AbsentValue.@Nullable Source[] added = new AbsentValue.@Nullable Source[components.size()];
    for (RecordComponentForm component : components) {
      added[component.index()] = component.absent().source();
    }
    for (StoredComponent reader : readers) {
      if (reader.target() != StoredComponent.NOWHERE) {
        added[reader.target()] = null;
      }
    }
    return added;
  }
}
