// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.util.List;

/**
 * How far a source has read.
 *
 * @param input the identity of the input
 * @param round how many times the whole input was read before
 * @param file the name of the current file; empty if the round has not begun
 * @param offset the first byte of the file that is not read
 * @param line the number of lines of the file that are read
 * @param words the number of words in all that was read, in all rounds
 */
record SourcePosition(String input, int round, String file, long offset, long line, long words) {
  static final TypeSerializer<SourcePosition> SERIALIZER = new Serializer();

  static SourcePosition startOf(TextInput input) {
    return new SourcePosition(input.identity(), 0, "", 0, 0, 0);
  }

  /** Returns how many times reading the whole input was begun. */
  int roundsBegun() {
    return file.isEmpty() ? round : round + 1;
  }

  SourcePosition afterLine(long newOffset, int wordCount) {
    return new SourcePosition(input, round, file, newOffset, line + 1, words + wordCount);
  }

  SourcePosition inFile(String next) {
    return new SourcePosition(input, round, next, 0, 0, words);
  }

  SourcePosition inNextRound() {
    return new SourcePosition(input, round + 1, "", 0, 0, words);
  }

  /** Writes the fields one after the other. */
  private static final class Serializer implements TypeSerializer<SourcePosition> {
    private static final TypeSchema SCHEMA =
        TypeSchema.named(
            "record",
            "SourcePosition",
            List.of(
                new TypeSchema.Member("input", TypeSchema.of("string")),
                new TypeSchema.Member("round", TypeSchema.of("int32")),
                new TypeSchema.Member("file", TypeSchema.of("string")),
                new TypeSchema.Member("offset", TypeSchema.of("int64")),
                new TypeSchema.Member("line", TypeSchema.of("int64")),
                new TypeSchema.Member("words", TypeSchema.of("int64"))));

    @Override
    public void serialize(SourcePosition value, BinaryOutput out) {
      out.writeString(value.input);
      out.writeInt(value.round);
      out.writeString(value.file);
      out.writeLong(value.offset);
      out.writeLong(value.line);
      out.writeLong(value.words);
    }

    @Override
    public SourcePosition deserialize(BinaryInput in) {
      return new SourcePosition(
          in.readString(),
          in.readInt(),
          in.readString(),
          in.readLong(),
          in.readLong(),
          in.readLong());
    }

    @Override
    public boolean isImmutable() {
      return true;
    }

    @Override
    public TypeSchema schema() {
      return SCHEMA;
    }
  }
}
