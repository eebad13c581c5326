// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.testkit.Seeds;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FrozenCursorTest {
  private static final Logger LOGGER = System.getLogger(FrozenCursorTest.class.getName());
  private static final VoidNamespace NO_NAMESPACE = VoidNamespace.INSTANCE;

  private static <V> TableSpec.OfValues<VoidNamespace, V> spec(TypeSerializer<V> values) {
    return new TableSpec.OfValues<>("values", VoidNamespace.serializer(), values);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 100, 3_000, 40_000})
  void writeFollowing_anyRoom_eachEntryOnce(int count) {
    long seed = Seeds.any();
    LOGGER.log(Level.INFO, Seeds.replay(seed));
    Random random = new Random(seed);
    try (var fixture = new StoreFixture<>(Serializers.LONG)) {
      ValueTable<Long, VoidNamespace, Long> table =
          fixture.store.valueTable(spec(Serializers.LONG));
      Map<Long, Long> expected = new HashMap<>();
      for (long key = -count / 2; expected.size() < count; key++) {
        expected.put(key, random.nextLong());
      }
      expected.forEach((key, value) -> table.put(fixture.on(key), NO_NAMESPACE, value));
      Map<Long, Long> read = new HashMap<>();
      int followingCount = 0;
      try (FrozenStore image = fixture.store.freeze()) {
        for (int keyGroup = 0; keyGroup < StoreFixture.KEY_GROUPS; keyGroup++) {
          try (EntryCursor cursor = image.entries("values", keyGroup)) {
            while (cursor.next()) {
              BinaryOutput out = new BinaryOutput(1);
              cursor.writeKey(out);
              cursor.writeNamespace(out);
              cursor.writeValue(out);
              int bytesMax = 1 + random.nextInt(random.nextBoolean() ? 20 : 70_000);
              int written = cursor.writeFollowing(out, bytesMax);
              assertThat(out.position()).isEqualTo(16 * (1 + written));
              assertThat(16 * (written - 1)).isLessThan(bytesMax);
              followingCount += written;
              BinaryInput in = new BinaryInput(out.toByteArray());
              while (in.remaining() > 0) {
                assertThat(read.put(in.readLong(), in.readLong())).isNull();
              }
            }
          }
        }
      }
      assertThat(read).isEqualTo(expected);
      assertThat(followingCount).isGreaterThanOrEqualTo(count / 4);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void writeFollowing_valueUnwrittenOrNoNumber_writesNothing(boolean isNumber) {
    try (var fixture = new StoreFixture<>(Serializers.LONG)) {
      if (isNumber) {
        var table = fixture.store.valueTable(spec(Serializers.LONG));
        for (long key = 0; key < 100; key++) {
          table.put(fixture.on(key), NO_NAMESPACE, key);
        }
      } else {
        var table = fixture.store.valueTable(spec(Serializers.STRING));
        for (long key = 0; key < 100; key++) {
          table.put(fixture.on(key), NO_NAMESPACE, "value");
        }
      }
      try (FrozenStore image = fixture.store.freeze();
          EntryCursor cursor = image.entries("values", 0)) {
        BinaryOutput out = new BinaryOutput();
        assertThat(cursor.next()).isTrue();
        if (!isNumber) {
          cursor.writeValue(out);
        }
        out.reset();
        assertThat(cursor.writeFollowing(out, 1_000)).isZero();
        assertThat(out.position()).isZero();
      }
    }
  }
}
