// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.BinaryOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/** Lets serializers of Flink write into a {@link BinaryOutput}. Reused; not thread-safe. */
final class OutputView extends OutputStream implements DataOutputView {
  private static final int SKIPPED_AT_ONCE = 64;

  private BinaryOutput out = new BinaryOutput(0);

  /** Made when strings in the modified form of UTF-8 are written. */
  private @Nullable DataOutputStream utf;

  /** Moves the view; returns it. */
  OutputView to(BinaryOutput target) {
    out = target;
    return this;
  }

  @Override
  public void write(int value) {
    out.writeByte(value);
  }

  @Override
  public void write(byte[] bytes) {
    out.write(bytes, 0, bytes.length);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    out.write(bytes, offset, length);
  }

  @Override
  public void writeBoolean(boolean value) {
    out.writeBoolean(value);
  }

  @Override
  public void writeByte(int value) {
    out.writeByte(value);
  }

  @Override
  public void writeShort(int value) {
    out.writeShort(value);
  }

  @Override
  public void writeChar(int value) {
    out.writeShort(value);
  }

  @Override
  public void writeInt(int value) {
    out.writeInt(value);
  }

  @Override
  public void writeLong(long value) {
    out.writeLong(value);
  }

  @Override
  public void writeFloat(float value) {
    out.writeFloat(value);
  }

  @Override
  public void writeDouble(double value) {
    out.writeDouble(value);
  }

  @Override
  public void writeBytes(String value) {
    for (int i = 0; i < value.length(); i++) {
      out.writeByte(value.charAt(i));
    }
  }

  @Override
  public void writeChars(String value) {
    for (int i = 0; i < value.length(); i++) {
      out.writeShort(value.charAt(i));
    }
  }

  @Override
  public void writeUTF(String value) throws IOException {
    DataOutputStream stream = utf;
    if (stream == null) {
      stream = new DataOutputStream(this);
      utf = stream;
    }
    stream.writeUTF(value);
    stream.flush();
  }

  @Override
  public void skipBytesToWrite(int length) {
    byte[] zeros = new byte[Math.min(length, SKIPPED_AT_ONCE)];
    for (int left = length; left > 0; left -= zeros.length) {
      out.write(zeros, 0, Math.min(left, zeros.length));
    }
  }

  @Override
  public void write(DataInputView source, int length) throws IOException {
    byte[] bytes = new byte[length];
    source.readFully(bytes);
    out.write(bytes, 0, length);
  }
}
