// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.FormerNames;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StableHash;
import io.statebackend.api.TypeSchema;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Constants of an enum by their names, in the form of a string. Their order may change, new ones
 * may come, and they may be renamed if they list their former names. A removed one is an error only
 * if it occurs.
 *
 * @param <E> the enum
 */
@SuppressWarnings("EnumOrdinal") // As an index while the program runs; never in the bytes.
final class EnumSerializer<E extends Enum<E>> implements BuiltInSerializer<E> {
  static final String TYPE = "enum";

  private final Class<E> type;
  private final E[] constants;

  /** The serialized form of each constant, by ordinal. */
  private final byte[][] forms;

  /** A hash table of the ordinals, open addressing by the hash of the form; -1 where free. */
  private final int[] ordinals;

  private final TypeSchema schema;

  /** The constants by the names they had before. */
  private final Map<String, E> formerNames = new HashMap<>();

  /** What stored names of constants stand for that are none now; {@code null} for nothing. */
  private final Map<String, @Nullable E> replaced;

  EnumSerializer(Class<E> type) {
    this(type, Map.of());
  }

  private EnumSerializer(Class<E> type, Map<String, @Nullable E> replaced) {
    this.type = type;
    this.constants = type.getEnumConstants();
    this.replaced = replaced;
    this.forms = new byte[constants.length][];
    this.ordinals = new int[Integer.highestOneBit(Math.max(1, constants.length)) * 4];
    Arrays.fill(ordinals, -1);
    BinaryOutput out = new BinaryOutput();
    for (E constant : constants) {
      out.reset();
      out.writeString(constant.name());
      byte[] form = out.toByteArray();
      forms[constant.ordinal()] = form;
      int slot = firstSlot(form, 0, form.length);
      while (ordinals[slot] >= 0) {
        slot = nextSlot(slot);
      }
      ordinals[slot] = constant.ordinal();
    }
    List<TypeSchema.Member> members =
        Arrays.stream(constants).map(c -> new TypeSchema.Member(c.name(), null)).toList();
    this.schema = TypeSchema.named(TYPE, type.getName(), members);
    for (E constant : constants) {
      for (String former : formerNamesOf(constant)) {
        if (formerNames.put(former, constant) != null || isConstant(former)) {
          throw new IllegalArgumentException(
              "former name '%s' of constant %s.%s is taken: a name stands for one constant"
                  .formatted(former, type.getTypeName(), constant.name()));
        }
      }
    }
  }

  private List<String> formerNamesOf(E constant) {
    try {
      FormerNames former = type.getField(constant.name()).getAnnotation(FormerNames.class);
      return former == null ? List.of() : List.of(former.value());
    } catch (NoSuchFieldException e) {
      throw new IllegalArgumentException("constant without a field: " + constant, e);
    }
  }

  private boolean isConstant(String name) {
    return schema.members().contains(new TypeSchema.Member(name, null));
  }

  private int firstSlot(byte[] bytes, int from, int to) {
    return (int) StableHash.ofBytes(bytes, from, to - from) & ordinals.length - 1;
  }

  private int nextSlot(int slot) {
    return slot + 1 & ordinals.length - 1;
  }

  @Override
  public void serialize(E value, BinaryOutput out) {
    byte[] form = forms[value.ordinal()];
    out.write(form, 0, form.length);
  }

  @Override
  public E deserialize(BinaryInput in) {
    int from = in.position();
    int length = in.readLength();
    in.skip(length);
    int to = in.position();
    for (int slot = firstSlot(in.array(), from, to); ordinals[slot] >= 0; slot = nextSlot(slot)) {
      byte[] form = forms[ordinals[slot]];
      if (Arrays.equals(in.array(), from, to, form, 0, form.length)) {
        return constants[ordinals[slot]];
      }
    }
    String name = new String(in.array(), to - length, length, StandardCharsets.UTF_8);
    @Nullable E renamed = replaced.get(name);
    if (renamed != null) {
      return renamed;
    }
    if (replaced.containsKey(name)) {
      throw new IncompatibleStateException(
          "enum constant '"
              + name
              + "' of "
              + type.getName()
              + " is in the stored state and is no constant any more: declare it again, or name it"
              + " as a former name of another");
    }
    throw new CorruptStateException(
        "not a constant of enum " + type.getName() + ": name='" + name + "'");
  }

  @Override
  public boolean isImmutable() {
    return true;
  }

  /** {@inheritDoc} Here that of the name. */
  @Override
  public long stableHash(E value) {
    return StableHash.ofString(value.name());
  }

  @Override
  public boolean equal(E a, E b) {
    return a == b;
  }

  @Override
  public TypeSchema schema() {
    return schema;
  }

  @Override
  public Compatibility<E> compatibility(TypeSchema stored, Path path) {
    if (!stored.type().equals(TYPE)) {
      return path.differs(stored, schema);
    }
    Map<String, @Nullable E> missing = new HashMap<>();
    for (TypeSchema.Member member : stored.members()) {
      @Nullable String name = member.name();
      if (name != null && !isConstant(name)) {
        @Nullable E renamed = formerNames.get(name);
        boolean isStoredUnderItsName =
            renamed != null
                && stored.members().contains(new TypeSchema.Member(renamed.name(), null));
        missing.put(name, isStoredUnderItsName ? null : renamed);
      }
    }
    return missing.isEmpty()
        ? Compatibility.asIs()
        : Compatibility.afterMigration(new EnumSerializer<>(type, missing));
  }
}
