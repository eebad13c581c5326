// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

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
import io.statebackend.api.IncompatibleStateException;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.objenesis.strategy.StdInstantiatorStrategy;

/**
 * A Kryo that says in our words what to register, takes no class name from the bytes, and can pass
 * over objects of classes that are gone. For one thread.
 */
public final class RegisteredOnlyKryo extends Kryo {
  /** Levels of nesting: a stack of 512 KiB is enough for them. */
  static final int DEPTH_MAX = 512;

  static final String TOO_DEEP =
      "its objects refer to each other more than "
          + DEPTH_MAX
          + " levels deep; keep what is chained in an ArrayList, or what belongs to one key in a"
          + " map state";

  private final Class<?> root;
  private final OpenObjects graph = new OpenObjects();
  private final IdsOnly ids;

  /** How many objects enclose the one that is copied. */
  private int copying;

  /** How many values that nothing becomes of enclose the one that is read. */
  private int discarding;

  RegisteredOnlyKryo(Class<?> root) {
    this(root, new IdsOnly());
  }

  private RegisteredOnlyKryo(Class<?> root, IdsOnly ids) {
    super(ids, null);
    setReferenceResolver(new References(this));
    this.root = root;
    this.ids = ids;
    setRegistrationRequired(true);
    setMaxDepth(DEPTH_MAX);
    // The form would depend on what is declared where an object is held.
    setOptimizedGenerics(false);
    setInstantiatorStrategy(new DefaultInstantiatorStrategy(new StdInstantiatorStrategy()));
    setDefaultSerializer(
        new SerializerFactory.BaseSerializerFactory<Serializer<?>>() {
          @Override
          @SuppressWarnings("rawtypes") // As Kryo declares it.
          public Serializer<?> newSerializer(Kryo owner, Class type) {
            Class<?> known = type;
            return new FieldsSerializer<>(known);
          }
        });
    addDefaultSerializer(
        Record.class,
        new SerializerFactory.BaseSerializerFactory<Serializer<?>>() {
          @Override
          @SuppressWarnings("rawtypes") // As Kryo declares it.
          public Serializer<?> newSerializer(Kryo owner, Class type) {
            Class<?> known = type;
            return new RecordFieldsSerializer<>(known);
          }
        });
    addDefaultSerializer(Enum.class, EnumNameSerializer.class);
    addDefaultSerializer(UUID.class, DefaultSerializers.UUIDSerializer.class);
    addDefaultSerializer(URI.class, DefaultSerializers.URISerializer.class);
    addDefaultSerializer(Pattern.class, DefaultSerializers.PatternSerializer.class);
    addDefaultSerializer(AtomicBoolean.class, DefaultSerializers.AtomicBooleanSerializer.class);
    addDefaultSerializer(AtomicInteger.class, DefaultSerializers.AtomicIntegerSerializer.class);
    addDefaultSerializer(AtomicLong.class, DefaultSerializers.AtomicLongSerializer.class);
    addDefaultSerializer(AtomicReference.class, DefaultSerializers.AtomicReferenceSerializer.class);
  }

  /** Returns the objects of the graph that are begun and not ended. */
  OpenObjects graph() {
    return graph;
  }

  /** Returns the registered enums that have constants. */
  List<Class<?>> registeredEnums() {
    return ids.enums();
  }

  /**
   * {@inheritDoc} Refuses what writing would refuse too, so that what can be copied can be written:
   * a class that is not registered, and a graph that is too deep.
   */
  @Override
  public <T> T copy(T object) {
    if (++copying > DEPTH_MAX) {
      throw new KryoException(TOO_DEEP);
    }
    graph.checkMade(object);
    T copy = super.copy(object);
    copying--;
    if (copy != object) {
      graph.meet(copy);
    }
    return copy;
  }

  /** Makes an id stand for a class that is gone. */
  void registerGone(int id, GoneSerializer serializer) {
    ids.put(id, new Registration(serializer.standIn(), serializer, id));
  }

  /** Begins to read a value that nothing becomes of. */
  void beginDiscarding() {
    discarding++;
  }

  /** Ends what {@link #beginDiscarding} began. */
  void endDiscarding() {
    discarding--;
  }

  /**
   * Notes that an object of a class that is gone is read.
   *
   * @throws IncompatibleStateException if something should become of it
   */
  void onMissingClass(String className) {
    if (discarding == 0) {
      throw new IncompatibleStateException(
          "an object of class "
              + className
              + " is in the stored state, and the class is not registered any more: name it, or the"
              + " class that has taken its place, to Serializers.kryoBuilder("
              + root.getSimpleName()
              + ".class)");
    }
  }

  @Override
  @SuppressWarnings("rawtypes") // As Kryo declares it.
  protected String unregisteredClassMessage(Class type) {
    Class<?> known = type;
    return "class " + known.getName() + " is not registered; " + wayOut(known);
  }

  private String wayOut(Class<?> type) {
    if (type == Object.class) {
      return "such an object is equal to itself only, and would come back as another one; make the"
          + " field transient";
    }
    Class<?> standIn = JdkForms.standIn(type);
    Class<?> named = standIn == null ? type : standIn;
    return canBeNamed(named)
        ? "name it: Serializers.kryo(%s.class, %s.class)"
            .formatted(root.getCanonicalName(), named.getCanonicalName())
        : "nobody can name this class; use another one, such as ArrayList, in its place";
  }

  /** Tells whether the program can write the name, next to the class of the values at least. */
  private boolean canBeNamed(Class<?> type) {
    if (type.getCanonicalName() == null) {
      return false;
    }
    if (type.getPackageName().equals(root.getPackageName())) {
      return true;
    }
    for (Class<?> c = type; c != null; c = c.getDeclaringClass()) {
      if (!Modifier.isPublic(c.getModifiers())) {
        return false;
      }
    }
    return true;
  }

  /** Knows classes by their ids; Kryo's would also load a class that the bytes name. */
  private static final class IdsOnly extends DefaultClassResolver {
    /** The class that was read last, if it is gone. */
    private @Nullable Registration lastGone;

    List<Class<?>> enums() {
      List<Class<?>> enums = new ArrayList<>();
      for (Registration registration : idToRegistration.values()) {
        Class<?> type = registration.getType();
        if (type.isEnum() && type.getEnumConstants().length > 0) {
          enums.add(type);
        }
      }
      return enums;
    }

    void put(int id, Registration registration) {
      idToRegistration.put(id, registration);
    }

    @Override
    public Registration readClass(Input input) {
      Registration read = super.readClass(input);
      if (read != null && read.getSerializer() instanceof GoneSerializer) {
        lastGone = read;
      }
      return read;
    }

    /** Answers for the stand-in of a class that is gone with the one of that class. */
    @Override
    @SuppressWarnings("rawtypes") // As Kryo declares it.
    public Registration getRegistration(Class type) {
      // A collection reads a class and asks for the serializer of that class at once.
      if (lastGone != null && lastGone.getType() == type) {
        return lastGone;
      }
      Registration found = super.getRegistration(type);
      Class<?> known = type;
      Class<?> standIn = found == null ? JdkForms.standIn(known) : null;
      if (standIn == null || standIn == known) {
        return found;
      }
      found = super.getRegistration(standIn);
      if (found != null) {
        classToRegistration.put(type, found);
      }
      return found;
    }

    @Override
    protected Registration readName(Input input) {
      throw new KryoException("a class by its name, expected=the id of a registered class");
    }
  }
}
