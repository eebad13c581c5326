// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoSerializable;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.SerializerFactory.ReflectionSerializerFactory;
import io.statebackend.api.TypeSchema;
import io.statebackend.core.serialization.schema.Words;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The classes that one Kryo serializer writes. The id of a class is its position in the list, after
 * the ids that are Kryo's.
 *
 * @param settings what the program says of them
 * @param registered the classes in the order of their ids
 */
public record KryoClasses(KryoSettings settings, List<Class<?>> registered) {
  static final int FIRST_ID = 16;

  /** Classes of which one object is as good as another equal one, so that none is referred to. */
  private static final Set<Class<?>> VALUES =
      Set.of(
          String.class,
          BigInteger.class,
          BigDecimal.class,
          UUID.class,
          URI.class,
          Instant.class,
          Duration.class,
          Period.class,
          LocalDate.class,
          LocalTime.class,
          LocalDateTime.class,
          OffsetTime.class,
          OffsetDateTime.class,
          ZonedDateTime.class,
          Year.class,
          YearMonth.class);

  /** Collects the classes that values are made of. */
  static KryoClasses reachedFrom(KryoSettings settings) {
    List<Class<?>> given = new ArrayList<>();
    given.add(settings.root());
    given.addAll(settings.named());
    return new KryoClasses(settings, ReachableClasses.from(given, settings.custom().keySet()));
  }

  /** Tells whether no object of a class is ever referred to. */
  static boolean isValue(Class<?> type) {
    return VALUES.contains(type);
  }

  /** Returns the classes of the JDK that are known without being registered. */
  static Set<Class<?>> values() {
    return VALUES;
  }

  /** Creates a Kryo for the classes, to be used by one thread. */
  RegisteredOnlyKryo newKryo() {
    RegisteredOnlyKryo kryo = new RegisteredOnlyKryo(settings.root());
    for (int i = 0; i < registered.size(); i++) {
      register(kryo, registered.get(i), FIRST_ID + i);
    }
    return kryo;
  }

  /** Tells whether a class has a serializer that is not ours or one that is known to be right. */
  boolean haveCustomForms() {
    return !settings.custom().isEmpty()
        || registered.stream().anyMatch(KryoSerializable.class::isAssignableFrom);
  }

  /** Registers one class with the serializer that it has now. */
  void register(Kryo kryo, Class<?> type, int id) {
    var custom = settings.custom().get(type);
    if (custom == null) {
      JdkForms.register(kryo, type, id);
    } else {
      kryo.register(type, ReflectionSerializerFactory.newSerializer(kryo, custom, type), id);
    }
  }

  /** Returns the fields of a class that are written one by one; none if it has another form. */
  static List<KryoField> fieldsOf(Class<?> type, Kryo kryo) {
    Serializer<?> serializer = kryo.getSerializer(type);
    boolean isByFields =
        serializer instanceof FieldsSerializer<?>
            || serializer instanceof RecordFieldsSerializer<?>;
    return isByFields ? KryoField.of(type) : List.of();
  }

  /** Describes the classes and their forms. */
  TypeSchema schema() {
    Kryo kryo = newKryo();
    List<TypeSchema.Member> members = new ArrayList<>();
    for (Class<?> type : registered) {
      members.add(new TypeSchema.Member(type.getName(), describe(type, kryo)));
    }
    return TypeSchema.named(Words.KRYO, settings.root().getName(), members);
  }

  private TypeSchema describe(Class<?> type, Kryo kryo) {
    if (settings.custom().containsKey(type)) {
      return TypeSchema.of(Words.KRYO_OPAQUE);
    }
    List<TypeSchema.Member> members = new ArrayList<>();
    if (type.isEnum()) {
      for (Object constant : type.getEnumConstants()) {
        members.add(new TypeSchema.Member(((Enum<?>) constant).name(), null));
      }
      return new TypeSchema(Words.KRYO_CONSTANTS, null, members);
    }
    if (type.isArray() && !type.getComponentType().isPrimitive()) {
      return TypeSchema.of(Words.KRYO_ELEMENTS, describePart(type.getComponentType()));
    }
    Serializer<?> serializer = kryo.getSerializer(type);
    if (serializer instanceof FieldsSerializer<?>
        || serializer instanceof RecordFieldsSerializer<?>) {
      for (KryoField field : fieldsOf(type, kryo)) {
        members.add(new TypeSchema.Member(field.name(), describePart(field.type())));
      }
      return new TypeSchema(Words.KRYO_FIELDS, null, members);
    }
    return TypeSchema.of(VALUES.contains(type) ? Words.KRYO_VALUE : Words.KRYO_OPAQUE);
  }

  private static TypeSchema describePart(Class<?> type) {
    // The class of the object stands before it only if the declared one can have subclasses.
    String form = KryoField.isFinal(type) ? Words.KRYO_FINAL : Words.KRYO_OPEN;
    return TypeSchema.named(form, type.getName(), List.of());
  }
}
