// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Serializer;
import io.statebackend.api.TypeSchema;
import io.statebackend.core.serialization.kryo.FormerFieldsSerializer.StoredField;
import io.statebackend.core.serialization.schema.Path;
import io.statebackend.core.serialization.schema.StoredType;
import io.statebackend.core.serialization.schema.Words;
import io.statebackend.core.serialization.types.EnumNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Compares the classes that Kryo wrote with those that it writes now, and reads what it wrote then.
 * Classes are matched by their names or former names, and so are fields and constants of enums.
 *
 * <p>A class may be gone if what named it are fields that are gone too, or if the program says so;
 * then its objects are passed over.
 */
public final class KryoEvolution {
  private final KryoClasses declared;
  private final TypeSchema declaredSchema;
  private final TypeSchema storedSchema;
  private final KryoNames names;
  private final Map<String, StoredClass> stored = new LinkedHashMap<>();
  private final Map<String, GoneSerializer> gone = new HashMap<>();

  /** Names of classes that only occur where nothing becomes of them. */
  private final Set<String> discarded = new HashSet<>();

  /** The fields that are gone, by class and name, with the classes they were declared as. */
  private final Map<String, String> losses = new LinkedHashMap<>();

  private @Nullable String obstacle;

  /**
   * A registered class as it was stored.
   *
   * @param id its id
   * @param name its name then
   * @param type the class now, or {@code null} if it is gone
   * @param form its form then
   */
  private record StoredClass(int id, String name, @Nullable Class<?> type, TypeSchema form) {
    boolean isOf(String word) {
      return form.type().equals(word);
    }
  }

  KryoEvolution(KryoClasses declared, TypeSchema declaredSchema, TypeSchema storedSchema) {
    this.declared = declared;
    this.declaredSchema = declaredSchema;
    this.storedSchema = storedSchema;
    this.names = new KryoNames(declared);
    for (TypeSchema.Member member : storedSchema.members()) {
      String name = String.valueOf(member.name());
      TypeSchema form = member.schema();
      int id = KryoClasses.FIRST_ID + stored.size();
      if (form == null || !isWhole(form) || stored.put(name, storedClass(id, name, form)) != null) {
        refuse("stored class " + name + " without a form, or twice");
      }
    }
    stored.values().forEach(this::compare);
    stored.values().forEach(this::checkGone);
    compareRoots();
  }

  private static boolean isWhole(TypeSchema form) {
    return !form.type().equals(Words.KRYO_ELEMENTS)
        || StoredType.of(form).matches(Words.KRYO_ELEMENTS, 1);
  }

  private StoredClass storedClass(int id, String name, TypeSchema form) {
    Class<?> type = names.find(name);
    boolean isNeeded = type != null && declared.registered().contains(type);
    boolean isOfJdk = form.type().equals(Words.KRYO_VALUE) || form.type().equals(Words.KRYO_OPAQUE);
    return new StoredClass(id, name, isNeeded || isOfJdk ? type : null, form);
  }

  /** Returns why what was stored cannot be read, or {@code null} if it can. */
  @Nullable String obstacle() {
    return obstacle;
  }

  private void refuse(String reason) {
    if (obstacle == null) {
      obstacle = reason;
    }
  }

  /** Returns the fields that migration drops, with the classes they were declared as. */
  Map<String, String> losses() {
    return losses;
  }

  /** Tells whether the stored ids and forms are those of now, but for new classes at the end. */
  boolean isUnchanged() {
    List<TypeSchema.Member> now = declaredSchema.members();
    List<TypeSchema.Member> before = storedSchema.members();
    if (before.size() > now.size()) {
      return false;
    }
    for (int i = 0; i < before.size(); i++) {
      if (!isUnchanged(before.get(i), now.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isUnchanged(TypeSchema.Member before, TypeSchema.Member now) {
    TypeSchema formBefore = before.schema();
    TypeSchema formNow = now.schema();
    return before.equals(now)
        || (formBefore != null
            && formNow != null
            && String.valueOf(before.name()).equals(now.name())
            && formBefore.type().equals(Words.KRYO_CONSTANTS)
            && formNow.type().equals(Words.KRYO_CONSTANTS)
            && formNow.members().containsAll(formBefore.members()));
  }

  private void compareRoots() {
    Class<?> root = names.find(String.valueOf(storedSchema.name()));
    if (root != null && !declared.settings().root().isAssignableFrom(root)) {
      refuse(Path.difference(storedSchema, declaredSchema));
    }
  }

  /** Compares a class with its form now. */
  private void compare(StoredClass c) {
    if (c.type == null) {
      return;
    }
    for (TypeSchema.Member member : declaredSchema.members()) {
      TypeSchema now = member.schema();
      if (c.type.getName().equals(member.name())
          && now != null
          && !now.type().equals(c.form.type())) {
        refuse(simpleName(c.name) + ": " + Path.difference(c.form, now));
        return;
      }
    }
    if (c.isOf(Words.KRYO_FIELDS)) {
      Object unused = fields(c, c.type);
    }
  }

  private static String simpleName(String className) {
    return className.substring(className.lastIndexOf('.') + 1);
  }

  private void checkGone(StoredClass c) {
    if (c.type != null) {
      return;
    }
    boolean canBeSkipped =
        c.isOf(Words.KRYO_FIELDS) || c.isOf(Words.KRYO_CONSTANTS) || c.isOf(Words.KRYO_ELEMENTS);
    if (!canBeSkipped) {
      refuse(
          "class "
              + c.name
              + " was written by a Kryo serializer of its own, without which it cannot be skipped;"
              + " register both again");
    } else if (c.name.equals(storedSchema.name())) {
      refuse(
          "values are of class "
              + c.name
              + ", which is not registered now; list the name in @FormerNames of the class that has"
              + " taken its place, or in Serializers.kryoBuilder(...).formerName");
    } else if (!discarded.contains(c.name) && !declared.settings().gone().contains(c.name)) {
      refuse(
          "class %1$s was registered when the state was written, and is not now; name it, Serializers.kryo(%2$s.class, %1$s.class), or the class that has taken its place by formerName, or say by gone(\"%1$s\") that no such object is left"
              .formatted(c.name, declared.settings().root().getSimpleName()));
    }
  }

  private List<StoredField> fields(StoredClass c, Class<?> type) {
    List<KryoField> free = new ArrayList<>(KryoField.of(type));
    Set<String> storedNames = new HashSet<>();
    c.form.members().forEach(member -> storedNames.add(String.valueOf(member.name())));
    List<StoredField> fields = new ArrayList<>();
    for (TypeSchema.Member member : c.form.members()) {
      String name = String.valueOf(member.name());
      TypeSchema part = member.schema();
      String place = simpleName(c.name) + "." + name;
      if (part == null || part.name() == null) {
        refuse(place + ": stored without a type");
        return fields;
      }
      KryoField target = take(name, storedNames, free);
      UnaryOperator<Object> conversion = UnaryOperator.identity();
      if (target == null) {
        losses.put(place, part.name());
        discard(part.name());
      } else {
        conversion = conversion(part.name(), target, place);
      }
      fields.add(new StoredField(name, value(part, place), target, conversion));
    }
    return fields;
  }

  /** Takes the field that a stored name means, if there is one. */
  private static @Nullable KryoField take(
      String name, Set<String> storedNames, List<KryoField> free) {
    for (KryoField field : free) {
      if (field.name().equals(name)
          || (!storedNames.contains(field.name()) && field.formerNames().contains(name))) {
        free.remove(field);
        return field;
      }
    }
    return null;
  }

  private UnaryOperator<Object> conversion(String storedType, KryoField target, String place) {
    Class<?> type = names.find(storedType);
    UnaryOperator<Object> conversion =
        type == null ? null : KryoConversion.find(type, target.type());
    if (conversion == null) {
      refuse(
          "%s: stored %s, declared %s%s"
              .formatted(
                  place,
                  storedType,
                  target.type().getName(),
                  type == null ? "; list the former name of a class in its @FormerNames" : ""));
      return UnaryOperator.identity();
    }
    return conversion;
  }

  /** Notes that objects of a class are passed over in one place, and what they consist of. */
  private void discard(String className) {
    StoredClass c = stored.get(className);
    if (c != null && c.type == null && discarded.add(className)) {
      for (TypeSchema.Member member : c.form.members()) {
        TypeSchema part = member.schema();
        if (part != null && part.name() != null) {
          discard(part.name());
        }
      }
    }
  }

  /** Returns how a part of a stored object is read. */
  private KryoValue value(TypeSchema part, String place) {
    if (part.type().equals(Words.KRYO_OPEN)) {
      return (kryo, input) -> kryo.readClassAndObject(input);
    }
    String name = String.valueOf(part.name());
    StoredClass c = stored.get(name);
    if (c != null && c.type == null) {
      return KryoValue.ofGone(gone(c));
    }
    Class<?> type = c == null ? names.find(name) : c.type;
    if (type == null) {
      refuse(place + ": stored " + name + ", which is not known here");
      return (kryo, input) -> null;
    }
    return (kryo, input) -> KryoValue.read(type, true, kryo, input);
  }

  /** Returns what passes over objects of a class that is gone. */
  private GoneSerializer gone(StoredClass c) {
    GoneSerializer known = gone.get(c.name);
    if (known != null) {
      return known;
    }
    if (c.isOf(Words.KRYO_CONSTANTS)) {
      return remember(c, new GoneSerializer.OfConstants(c.name));
    }
    // The class may contain itself: what its parts are is filled in afterwards.
    List<KryoValue> parts = new ArrayList<>();
    GoneSerializer serializer =
        remember(
            c,
            c.isOf(Words.KRYO_ELEMENTS)
                ? new GoneSerializer.OfElements(c.name, parts)
                : new GoneSerializer.OfFields(c.name, parts));
    for (TypeSchema.Member member : c.form.members()) {
      TypeSchema part = member.schema();
      if (part != null) {
        parts.add(value(part, simpleName(c.name) + "." + member.name()));
      }
    }
    return serializer;
  }

  private GoneSerializer remember(StoredClass c, GoneSerializer serializer) {
    gone.put(c.name, serializer);
    return serializer;
  }

  /** Creates a Kryo that reads what was stored, to be used by one thread. */
  synchronized RegisteredOnlyKryo newKryo() {
    RegisteredOnlyKryo kryo = new RegisteredOnlyKryo(declared.settings().root());
    for (StoredClass c : stored.values()) {
      if (c.type == null) {
        kryo.registerGone(c.id, gone(c));
      } else if (c.isOf(Words.KRYO_FIELDS)) {
        kryo.register(c.type, new FormerFieldsSerializer<>(c.type, fields(c, c.type)), c.id);
      } else if (c.isOf(Words.KRYO_CONSTANTS)) {
        kryo.register(c.type, constants(c, c.type), c.id);
      } else if (c.isOf(Words.KRYO_ELEMENTS)) {
        KryoValue element = value(StoredType.of(c.form).part(0).schema(), simpleName(c.name));
        kryo.register(
            c.type, new FormerElementsSerializer(c.type.getComponentType(), element), c.id);
      } else {
        declared.register(kryo, c.type, c.id);
      }
    }
    return kryo;
  }

  private static <E extends Enum<E>> Serializer<?> constants(StoredClass c, Class<?> type) {
    @SuppressWarnings("unchecked") // The class is one that was registered as an enum.
    Class<E> enumType = (Class<E>) type;
    List<String> stored =
        c.form.members().stream().map(constant -> String.valueOf(constant.name())).toList();
    return new FormerEnumSerializer(new EnumNames<>(enumType), stored);
  }
}
