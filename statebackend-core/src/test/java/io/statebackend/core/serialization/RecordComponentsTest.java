// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.Compatibility;
import io.statebackend.api.DefaultValue;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.SchemaDifference;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a program says of single components, and constructors that refuse values. */
final class RecordComponentsTest {

  record Holder(int number, @Nullable AtomicReference<String> reference) {}

  private static final TypeSerializer<AtomicReference<String>> REFERENCES =
      new ReferenceSerializer();

  @Test
  void component_hasTheGivenSerializer() {
    TypeSerializer<Holder> serializer =
        Serializers.recordBuilder(Holder.class).component("reference", REFERENCES).build();
    assertThat(serializer.schema().toString()).contains("\"reference\": nullable(string)");
    Holder read =
        Bytes.read(serializer, Bytes.of(serializer, new Holder(7, new AtomicReference<>("a"))));
    assertThat(read.number()).isEqualTo(7);
    assertThat(read.reference()).hasValue("a");
    assertThat(Bytes.read(serializer, Bytes.of(serializer, new Holder(1, null))))
        .isEqualTo(new Holder(1, null));
  }

  @Test
  void component_wrongUse() {
    RecordSerializerBuilder<Holder> builder = Serializers.recordBuilder(Holder.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.component("number", Serializers.INT))
        .withMessageContaining("is a primitive");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.component("none", Serializers.INT))
        .withMessageContaining("no component 'none'");
    builder.component("reference", REFERENCES);
    assertThatIllegalStateException()
        .isThrownBy(() -> builder.component("reference", REFERENCES))
        .withMessageContaining("is set twice");
  }

  record Price(long cents) {}

  record StrictPrice(long cents, String currency) {
    StrictPrice {
      if (currency.length() != 3) {
        throw new IllegalArgumentException("no currency: " + currency);
      }
    }
  }

  record DefaultPrice(long cents, @DefaultValue("EUR") String currency) {
    DefaultPrice {
      if (currency.length() != 3) {
        throw new IllegalArgumentException("no currency: " + currency);
      }
    }
  }

  record PositivePrice(long cents, int count) {
    PositivePrice {
      if (cents <= 0) {
        throw new IllegalArgumentException("not positive: " + cents);
      }
    }
  }

  /** Refuses what no made-up value shows. */
  record OddPrice(long cents, String currency) {
    OddPrice {
      if (cents != 4711 || !"CHF".equals(currency)) {
        throw new IllegalArgumentException("odd");
      }
    }
  }

  @Test
  void constructor_refusesTheDefaultOfAnAddedComponent() {
    Compatibility<StrictPrice> answer =
        Serializers.record(StrictPrice.class)
            .compatibility(Serializers.record(Price.class).schema());
    assertThat(answer).isInstanceOf(Compatibility.Incompatible.class);
    assertThat(((Compatibility.Incompatible<StrictPrice>) answer).reason())
        .startsWith("currency: nothing is stored for it")
        .contains("refuses its default null")
        .contains("@DefaultValue");
  }

  @Test
  void constructor_takesTheDefault() {
    byte[] stored = Bytes.of(Serializers.record(Price.class), new Price(5));
    assertThat(migrated(Serializers.record(DefaultPrice.class), stored))
        .isEqualTo(new DefaultPrice(5, "EUR"));
    assertThat(migrated(Serializers.record(PositivePrice.class), stored))
        .isEqualTo(new PositivePrice(5, 0));
  }

  @Test
  void constructor_refusesAStoredValueWithDefaults_isNoDamage() {
    byte[] stored = Bytes.of(Serializers.record(Price.class), new Price(5));
    assertThatThrownBy(() -> migrated(Serializers.record(OddPrice.class), stored))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("[currency]")
        .hasMessageContaining("@DefaultValue");
  }

  private static <T> T migrated(TypeSerializer<T> serializer, byte[] stored) {
    var answer = serializer.compatibility(Serializers.record(Price.class).schema());
    return Bytes.read(((Compatibility.AfterMigration<T>) answer).reader(), stored);
  }

  record Before(int number, String gone, Price price, long first, long second) {}

  record After(long number, Price2 price, long second, long first, String added) {}

  record Price2(String currency) {}

  @Test
  void difference_tellsEachAndWhatIsDropped() {
    TypeSerializer<After> after = Serializers.record(After.class);
    var before = Serializers.record(Before.class).schema();
    assertThat(SchemaDifference.of(before, after.schema()).split("; "))
        .containsExactlyInAnyOrder(
            "number: stored int32, declared int64",
            "stored 'gone' nullable(string), not declared",
            "price: stored 'cents' int64, not declared",
            "price: not stored, declared 'currency' nullable(string)",
            "not stored, declared 'added' nullable(string)",
            "stored in the order [number, price, first, second]");
    assertThat(SchemaDifference.losses(after, before))
        .containsExactly("gone string", "price.cents int64");
    assertThat(SchemaDifference.losses(after, after.schema())).isEmpty();
  }

  @Test
  void sortedMap_withComparator_isRefused() {
    TypeSerializer<NavigableMap<String, Long>> serializer =
        Serializers.sortedMap(Serializers.STRING, Serializers.LONG);
    NavigableMap<String, Long> map = new TreeMap<>(Comparator.reverseOrder());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Bytes.of(serializer, map))
        .withMessageContaining("comparator");
    assertThatIllegalArgumentException().isThrownBy(() -> serializer.copy(map));
  }

  record Sorted(NavigableMap<List<String>, Long> map) {}

  @Test
  void sortedMap_ofKeysWithoutOrder_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Serializers.record(Sorted.class))
        .withMessageContaining("no natural order")
        .withMessageContaining("Sorted.map");
  }
}
