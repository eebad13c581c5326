// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.TypeSerializer;
import java.util.List;

/** What a program does that has the library in its own class loader. */
public final class LoadedLibrary implements Runnable {

  /** A record inside itself. */
  record Tree(String name, List<Tree> children) {}

  /** A class for Kryo. */
  @SuppressWarnings("UnusedVariable") // Kryo reads it.
  static final class Order {
    private String item = "tea";
  }

  /** Hashes, writes, reads and copies values by serializers of each kind. */
  @Override
  public void run() {
    Tree tree = new Tree("a", List.of(new Tree("b", List.of())));
    use(Serializers.of(Tree.class), tree);
    use(Serializers.list(Serializers.STRING), List.of("a", "b"));
    Order order = new Order();
    order.item = "coffee";
    use(Serializers.kryo(Order.class), order);
  }

  private static <T> void use(TypeSerializer<T> serializer, T value) {
    T copy = serializer.copy(Bytes.read(serializer, Bytes.of(serializer, value)));
    if (serializer.stableHash(copy) != serializer.stableHash(value)) {
      throw new IllegalStateException("hashes differ: " + serializer.schema());
    }
  }
}
