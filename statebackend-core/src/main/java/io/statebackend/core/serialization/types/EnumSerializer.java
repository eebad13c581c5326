// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StableHash;
import io.statebackend.api.TypeSchema;
import io.statebackend.core.serialization.schema.BuiltInSerializer;
import io.statebackend.core.serialization.schema.MigrationReader;
import io.statebackend.core.serialization.schema.Path;
import io.statebackend.core.serialization.schema.StoredType;
import io.statebackend.core.serialization.schema.Words;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Constants of an enum by their index in the schema, which has their names. Constants are matched
 * by name: their order may change, new ones may come, and they may be renamed if they list their
 * former names. A removed one is an error only if it occurs.
 *
 * @param <E> the enum
 */
@SuppressWarnings("EnumOrdinal") // The schema beside the bytes says which constant it was.
public final class EnumSerializer<E extends Enum<E>> implements BuiltInSerializer<E> {
  /** The most constants of which every index takes one byte. */
  private static final int ONE_BYTE_CONSTANTS_MAX = 128;

  private final E[] constants;
  private final long[] hashes;
  private final EnumNames<E> names;
  private final TypeSchema schema;

  public EnumSerializer(Class<E> type) {
    this.constants = type.getEnumConstants();
    this.hashes = Arrays.stream(constants).mapToLong(c -> StableHash.ofString(c.name())).toArray();
    this.names = new EnumNames<>(type);
    List<TypeSchema.Member> members =
        Arrays.stream(constants).map(c -> new TypeSchema.Member(c.name(), null)).toList();
    this.schema = TypeSchema.named(Words.ENUM, type.getName(), members);
  }

  @Override
  public void serialize(E value, BinaryOutput out) {
    out.writeVarInt(value.ordinal());
  }

  @Override
  public E deserialize(BinaryInput in) {
    int index = in.readVarInt();
    if (index < 0 || index >= constants.length) {
      throw noConstant(index, schema);
    }
    return constants[index];
  }

  /** Reads the index of a constant. */
  public static int readIndex(BinaryInput in, TypeSchema schema) {
    int index = in.readVarInt();
    int count = schema.members().size();
    if (index < 0 || index >= count) {
      throw noConstant(index, schema);
    }
    return index;
  }

  private static CorruptStateException noConstant(int index, TypeSchema schema) {
    return new CorruptStateException(
        "not a constant of %s: index=%s, constants=%d"
            .formatted(
                Path.brief(schema), Integer.toUnsignedString(index), schema.members().size()));
  }

  @Override
  public boolean isImmutable() {
    return true;
  }

  @Override
  public int fixedLength() {
    return fixedLength(schema);
  }

  /** Returns the length of an index. */
  public static int fixedLength(TypeSchema schema) {
    return schema.members().size() <= ONE_BYTE_CONSTANTS_MAX ? 1 : VARIABLE_LENGTH;
  }

  /** {@inheritDoc} Here that of the name. */
  @Override
  public long stableHash(E value) {
    return hashes[value.ordinal()];
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
  public Compatibility<E> compatibility(StoredType stored, Path path) {
    if (!stored.type().equals(Words.ENUM)) {
      return path.differs(stored, schema);
    }
    List<String> storedNames =
        stored.members().stream().map(member -> String.valueOf(member.name())).toList();
    List<@Nullable E> meant = new ArrayList<>();
    boolean asIs = fixedLength(stored.schema()) == fixedLength();
    for (String name : storedNames) {
      E constant = names.find(name, storedNames);
      asIs &= constant != null && constant.ordinal() == meant.size();
      meant.add(constant);
    }
    return asIs
        ? Compatibility.asIs()
        : Compatibility.afterMigration(new StoredConstants<>(names, stored.schema(), meant));
  }

  /** Reads constants by their stored index; {@code null} stands for one that is gone. */
  private record StoredConstants<E extends Enum<E>>(
      EnumNames<E> names, TypeSchema schema, List<@Nullable E> meant)
      implements MigrationReader<E> {

    @Override
    public E deserialize(BinaryInput in) {
      int index = readIndex(in, schema);
      E constant = meant.get(index);
      if (constant == null) {
        throw names.gone(String.valueOf(schema.members().get(index).name()));
      }
      return constant;
    }

    @Override
    public int fixedLength() {
      return EnumSerializer.fixedLength(schema);
    }
  }
}
