// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.SerializerFactory;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.serializers.DefaultSerializers;
import com.esotericsoftware.kryo.serializers.EnumNameSerializer;
import com.esotericsoftware.kryo.util.DefaultClassResolver;
import com.esotericsoftware.kryo.util.DefaultInstantiatorStrategy;
import com.esotericsoftware.kryo.util.MapReferenceResolver;
import io.statebackend.api.TypeSchema;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
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
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.objenesis.strategy.StdInstantiatorStrategy;

/**
 * The classes that one Kryo serializer writes. The id of a class is its position in the list, after
 * the ids that are Kryo's.
 *
 * @param root the class of the values
 * @param registered the classes in the order of their ids
 */
record KryoClasses(Class<?> root, List<Class<?>> registered) {
  static final String TYPE = "kryo";

  /** The form of an object: its fields, each with the class it is declared as. */
  static final String FIELDS = "fields";

  /** The form of an enum: the name of the constant. */
  static final String ENUM = "enum";

  /** The form of an immutable class of the JDK: Kryo's for that class. */
  static final String VALUE = "value";

  /** The form of any other class, such as a collection: Kryo's for that class. */
  static final String OPAQUE = "opaque";

  private static final String FIELD_OF_FINAL_CLASS = "final";
  private static final String FIELD_OF_OPEN_CLASS = "open";

  private static final int FIRST_ID = 16;

  /** Levels of nesting: a stack of 512 KiB is enough for them. */
  private static final int DEPTH_MAX = 512;

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

  /**
   * Collects the classes that values of a class are made of.
   *
   * @param root the class of the values
   * @param named classes that the declared types do not tell
   */
  static KryoClasses reachedFrom(Class<?> root, List<Class<?>> named) {
    List<Class<?>> given = new ArrayList<>();
    given.add(root);
    given.addAll(named);
    return new KryoClasses(root, ReachableClasses.from(given));
  }

  /** Creates a Kryo for the classes, to be used by one thread. */
  Kryo newKryo() {
    Kryo kryo = new RegisteredOnlyKryo(root);
    kryo.setRegistrationRequired(true);
    kryo.setMaxDepth(DEPTH_MAX);
    // The form would depend on what is declared where an object is held.
    kryo.setOptimizedGenerics(false);
    kryo.setInstantiatorStrategy(new DefaultInstantiatorStrategy(new StdInstantiatorStrategy()));
    kryo.setDefaultSerializer(
        new SerializerFactory.BaseSerializerFactory<Serializer<?>>() {
          @Override
          @SuppressWarnings("rawtypes") // As Kryo declares it.
          public Serializer<?> newSerializer(Kryo owner, Class type) {
            Class<?> known = type;
            return new FieldsSerializer<>(known);
          }
        });
    kryo.addDefaultSerializer(Enum.class, EnumNameSerializer.class);
    kryo.addDefaultSerializer(UUID.class, DefaultSerializers.UUIDSerializer.class);
    kryo.addDefaultSerializer(URI.class, DefaultSerializers.URISerializer.class);
    kryo.addDefaultSerializer(Pattern.class, DefaultSerializers.PatternSerializer.class);
    kryo.addDefaultSerializer(
        AtomicBoolean.class, DefaultSerializers.AtomicBooleanSerializer.class);
    kryo.addDefaultSerializer(
        AtomicInteger.class, DefaultSerializers.AtomicIntegerSerializer.class);
    kryo.addDefaultSerializer(AtomicLong.class, DefaultSerializers.AtomicLongSerializer.class);
    kryo.addDefaultSerializer(
        AtomicReference.class, DefaultSerializers.AtomicReferenceSerializer.class);
    for (int i = 0; i < registered.size(); i++) {
      kryo.register(registered.get(i), FIRST_ID + i);
    }
    return kryo;
  }

  /** Describes the classes and their forms. */
  TypeSchema schema() {
    Kryo kryo = newKryo();
    List<TypeSchema.Member> members = new ArrayList<>();
    for (Class<?> type : registered) {
      members.add(new TypeSchema.Member(type.getName(), describe(type, kryo)));
    }
    return TypeSchema.named(TYPE, root.getName(), members);
  }

  private static TypeSchema describe(Class<?> type, Kryo kryo) {
    List<TypeSchema.Member> members = new ArrayList<>();
    Serializer<?> serializer = kryo.getSerializer(type);
    if (type.isEnum()) {
      for (Object constant : type.getEnumConstants()) {
        members.add(new TypeSchema.Member(((Enum<?>) constant).name(), null));
      }
      return new TypeSchema(ENUM, null, members);
    }
    if (serializer instanceof FieldsSerializer<?> fields) {
      for (Field field : fields.fields()) {
        members.add(describeField(field.getName(), field.getType(), kryo));
      }
      return new TypeSchema(FIELDS, null, members);
    }
    if (type.isRecord()) {
      Arrays.stream(type.getRecordComponents())
          .sorted(Comparator.comparing(RecordComponent::getName))
          .map(component -> describeField(component.getName(), component.getType(), kryo))
          .forEach(members::add);
      return new TypeSchema(FIELDS, null, members);
    }
    return TypeSchema.of(VALUES.contains(type) ? VALUE : OPAQUE);
  }

  private static TypeSchema.Member describeField(String name, Class<?> type, Kryo kryo) {
    // The class of the object stands before it only if the declared one can have subclasses.
    String form = kryo.isFinal(type) ? FIELD_OF_FINAL_CLASS : FIELD_OF_OPEN_CLASS;
    return new TypeSchema.Member(name, TypeSchema.named(form, type.getName(), List.of()));
  }

  /** A Kryo that says in our words what to register, and takes no class name from the bytes. */
  private static final class RegisteredOnlyKryo extends Kryo {
    private final Class<?> root;

    RegisteredOnlyKryo(Class<?> root) {
      super(new IdsOnly(), new ValuesApart());
      this.root = root;
    }

    @Override
    @SuppressWarnings("rawtypes") // As Kryo declares it.
    protected String unregisteredClassMessage(Class type) {
      String name = type.getCanonicalName();
      String wayOut =
          name == null || isClosedInJdk(type)
              ? "nobody can name this class; use another one, such as ArrayList, in its place"
              : "name it: Serializers.kryo("
                  + root.getCanonicalName()
                  + ".class, "
                  + name
                  + ".class)";
      return "class " + type.getName() + " is not registered; " + wayOut;
    }

    private static boolean isClosedInJdk(Class<?> type) {
      return type.getName().startsWith("java.")
          && !java.lang.reflect.Modifier.isPublic(type.getModifiers());
    }
  }

  /** Knows classes by their ids; Kryo's own would also load a class that the bytes name. */
  private static final class IdsOnly extends DefaultClassResolver {
    @Override
    protected Registration readName(Input input) {
      throw new KryoException("a class by its name, expected=the id of a registered class");
    }
  }

  /** Remembers the objects of a graph, but for those that are as good as any equal one. */
  private static final class ValuesApart extends MapReferenceResolver {
    @Override
    @SuppressWarnings("rawtypes") // As Kryo declares it.
    public boolean useReferences(Class type) {
      return super.useReferences(type) && !VALUES.contains(type);
    }
  }
}
