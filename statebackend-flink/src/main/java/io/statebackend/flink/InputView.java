// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.BinaryInput;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.flink.core.memory.DataInputView;
import org.jspecify.annotations.Nullable;

/** Lets serializers of Flink read from a {@link BinaryInput}. Reused; not thread-safe. */
final class InputView extends InputStream implements DataInputView {
  private BinaryInput in = new BinaryInput();

  /** Moves the view; returns it. */
  InputView of(BinaryInput source) {
    in = source;
    return this;
  }

  private void require(int length) throws EOFException {
    if (length > in.remaining()) {
      throw new EOFException(
          "serialized form is cut short: needed=%d bytes, remaining=%d"
              .formatted(length, in.remaining()));
    }
  }

  @Override
  public int read() {
    return in.remaining() == 0 ? -1 : in.readByte() & 0xFF;
  }

  @Override
  public int read(byte[] target) {
    return read(target, 0, target.length);
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    int count = Math.min(length, in.remaining());
    if (count == 0 && length > 0) {
      return -1;
    }
    copy(target, offset, count);
    return count;
  }

  private void copy(byte[] target, int offset, int length) {
    System.arraycopy(in.array(), in.position(), target, offset, length);
    in.skip(length);
  }

  @Override
  public int available() {
    return in.remaining();
  }

  @Override
  public void readFully(byte[] target) throws IOException {
    readFully(target, 0, target.length);
  }

  @Override
  public void readFully(byte[] target, int offset, int length) throws IOException {
    require(length);
    copy(target, offset, length);
  }

  @Override
  public int skipBytes(int length) {
    int count = Math.max(0, Math.min(length, in.remaining()));
    in.skip(count);
    return count;
  }

  @Override
  public void skipBytesToRead(int length) throws IOException {
    require(length);
    in.skip(length);
  }

  @Override
  public boolean readBoolean() throws IOException {
    return readByte() != 0;
  }

  @Override
  public byte readByte() throws IOException {
    require(Byte.BYTES);
    return in.readByte();
  }

  @Override
  public int readUnsignedByte() throws IOException {
    return readByte() & 0xFF;
  }

  @Override
  public short readShort() throws IOException {
    require(Short.BYTES);
    return in.readShort();
  }

  @Override
  public int readUnsignedShort() throws IOException {
    return readShort() & 0xFFFF;
  }

  @Override
  public char readChar() throws IOException {
    return (char) readShort();
  }

  @Override
  public int readInt() throws IOException {
    require(Integer.BYTES);
    return in.readInt();
  }

  @Override
  public long readLong() throws IOException {
    require(Long.BYTES);
    return in.readLong();
  }

  @Override
  public float readFloat() throws IOException {
    return Float.intBitsToFloat(readInt());
  }

  @Override
  public double readDouble() throws IOException {
    return Double.longBitsToDouble(readLong());
  }

  @Override
  public @Nullable String readLine() {
    StringBuilder line = new StringBuilder();
    int c = read();
    if (c < 0) {
      return null;
    }
    while (c >= 0 && c != '\n') {
      line.append((char) c);
      c = read();
    }
    int last = line.length() - 1;
    if (last >= 0 && line.charAt(last) == '\r') {
      line.setLength(last);
    }
    return line.toString();
  }

  @Override
  public String readUTF() throws IOException {
    return DataInputStream.readUTF(this);
  }
}
