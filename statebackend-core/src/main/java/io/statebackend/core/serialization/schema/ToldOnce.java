// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.schema;

import io.statebackend.api.TypeSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Puts the schemas of parts together to the schema of a whole, in which each type with a name is
 * told once and referred to from then on, as docs/format/type-schema-v1.md says. Without that
 * records that share records would take twice as much text at each level.
 *
 * <p>Each part comes with references of its own, counted in its own text. They are followed there,
 * and written anew for the place that the part has in the whole.
 */
public final class ToldOnce {
  /** The numbers of texts, by what they are made of: a type and the numbers of its parts. */
  private final Map<List<Object>, Integer> texts = new HashMap<>();

  private final Map<StoredType, Form> forms = new HashMap<>();

  /** Which of its name a type is that was told and has ended. */
  private final Map<Meaning, Integer> told = new HashMap<>();

  private final Map<String, Integer> toldCounts = new HashMap<>();
  private int placeCount;

  /**
   * The text of a type with its references to types told before followed.
   *
   * @param text its number: two types of one number have one text
   * @param outside the names of types around it that it refers to
   */
  private record Form(int text, Set<String> outside) {}

  /**
   * What a text means where it stands.
   *
   * @param text the number of the text
   * @param outside the places of the types that it refers to around it, by their names
   */
  private record Meaning(int text, Map<String, Integer> outside) {}

  /** A type that can be referred to from inside, and those around it. */
  private record Around(String name, int place, @Nullable Around outer) {}

  private ToldOnce() {}

  /**
   * Returns the schema of a type made of unnamed parts.
   *
   * @throws IllegalArgumentException if it is nested deeper than a schema can be
   */
  public static TypeSchema of(String type, TypeSchema... parts) {
    return whole(TypeSchema.of(type, parts));
  }

  /**
   * Returns the schema of a named type; the schemas of its members are each of a type alone.
   *
   * @throws IllegalArgumentException if it is nested deeper than a schema can be
   */
  public static TypeSchema named(String type, String name, List<TypeSchema.Member> members) {
    return whole(TypeSchema.named(type, name, members));
  }

  /** Returns the schema of a part alone, with what it refers to outside of it. */
  static TypeSchema alone(StoredType part) {
    return new ToldOnce().write(part, null);
  }

  private static TypeSchema whole(TypeSchema whole) {
    ToldOnce writing = new ToldOnce();
    Around around = writing.begin(whole, null);
    List<TypeSchema.Member> members = new ArrayList<>();
    for (TypeSchema.Member member : whole.members()) {
      TypeSchema schema = member.schema();
      if (schema == null) {
        members.add(member);
        continue;
      }
      StoredType part = StoredType.of(schema);
      if (part.height() >= TypeSchema.DEPTH_MAX) {
        throw new IllegalArgumentException(
            "a schema is nested deeper than %d levels: type=%s; let fewer types stand in each other, or write the inner ones by Kryo"
                .formatted(TypeSchema.DEPTH_MAX, Path.brief(whole)));
      }
      members.add(new TypeSchema.Member(member.name(), writing.write(part, around)));
    }
    return new TypeSchema(whole.type(), whole.name(), members);
  }

  /** Counts a type that begins, and returns what is around its parts. */
  private @Nullable Around begin(TypeSchema type, @Nullable Around around) {
    String name = type.name();
    if (name == null || !Words.NAMED.contains(type.type())) {
      return around;
    }
    toldCounts.merge(name, 1, Integer::sum);
    return Words.AROUND.contains(type.type()) ? new Around(name, placeCount++, around) : around;
  }

  private TypeSchema write(StoredType type, @Nullable Around around) {
    TypeSchema schema = type.schema();
    String name = schema.name();
    if (name == null || !Words.NAMED.contains(schema.type())) {
      return writeParts(type, around);
    }
    Meaning meaning = meaning(type, around);
    Integer before = told.get(meaning);
    if (before != null) {
      return reference(name, before);
    }
    Around inside = begin(schema, around);
    int number = toldCounts.getOrDefault(name, 1);
    TypeSchema written = writeParts(type, inside);
    told.put(meaning, number);
    return written;
  }

  private TypeSchema writeParts(StoredType type, @Nullable Around around) {
    TypeSchema schema = type.schema();
    List<TypeSchema.Member> members = new ArrayList<>();
    for (int i = 0; i < schema.members().size(); i++) {
      TypeSchema.Member member = schema.members().get(i);
      TypeSchema part = member.schema();
      boolean isWritten = part != null && !part.type().equals(Words.ENCLOSING);
      members.add(
          isWritten ? new TypeSchema.Member(member.name(), write(type.part(i), around)) : member);
    }
    return members.equals(schema.members())
        ? schema
        : new TypeSchema(schema.type(), schema.name(), members);
  }

  private static TypeSchema reference(String name, int number) {
    return TypeSchema.named(
        Words.TOLD,
        name,
        number == 1 ? List.of() : List.of(new TypeSchema.Member(String.valueOf(number), null)));
  }

  private Meaning meaning(StoredType type, @Nullable Around around) {
    Form form = form(type);
    return new Meaning(
        form.text,
        form.outside.stream().collect(Collectors.toMap(name -> name, name -> place(name, around))));
  }

  /** Returns the place of the innermost type of a name around, or -1 if there is none. */
  private static int place(String name, @Nullable Around around) {
    for (Around a = around; a != null; a = a.outer) {
      if (a.name.equals(name)) {
        return a.place;
      }
    }
    return -1;
  }

  private Form form(StoredType type) {
    Form known = forms.get(type);
    if (known != null) {
      return known;
    }
    TypeSchema schema = type.schema();
    List<Object> text = new ArrayList<>();
    text.add(schema.type());
    text.add(String.valueOf(schema.name()));
    text.add(schema.name() != null);
    Set<String> outside = new HashSet<>();
    for (int i = 0; i < schema.members().size(); i++) {
      TypeSchema.Member member = schema.members().get(i);
      TypeSchema part = member.schema();
      text.add(String.valueOf(member.name()));
      text.add(member.name() != null);
      if (part == null) {
        text.add(List.of());
      } else if (part.type().equals(Words.ENCLOSING)) {
        String name = String.valueOf(part.name());
        text.add(List.of(name));
        outside.add(name);
      } else {
        Form form = form(type.part(i));
        text.add(form.text);
        outside.addAll(form.outside);
      }
    }
    if (Words.AROUND.contains(schema.type())) {
      outside.removeIf(name -> Objects.equals(name, schema.name()));
    }
    Form form = new Form(texts.computeIfAbsent(text, t -> texts.size()), Set.copyOf(outside));
    forms.put(type, form);
    return form;
  }
}
