// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.statebackend.api.Compatibility;
import io.statebackend.api.DefaultValue;
import io.statebackend.api.TypeSchema;
import io.statebackend.core.serialization.schema.SchemaDifference;
import java.net.URI;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Defaults of all types that have a text form, and what Kryo's classes lose. */
final class DefaultValueTypesTest {
  record Before(int number) {}

  record After(
      int number,
      @DefaultValue("PT1S") Duration duration,
      @DefaultValue("P1Y2D") Period period,
      @DefaultValue("2024-02") YearMonth month,
      @DefaultValue("2024-02-29T12:00+01:00") OffsetDateTime offsetTime,
      @DefaultValue("2024-02-29T12:00+01:00[Europe/Berlin]") ZonedDateTime zonedTime,
      @DefaultValue("Europe/Berlin") ZoneId zone,
      @DefaultValue("+02:00") ZoneOffset offset,
      @DefaultValue("EUR") Currency currency,
      @DefaultValue("zh-Hant-TW") Locale locale,
      @DefaultValue("urn:a") URI uri) {}

  record BadLocale(@DefaultValue("no tag") Locale locale) {}

  record BadCurrency(@DefaultValue("euro") Currency currency) {}

  record BadZone(@DefaultValue("Nowhere/At all") ZoneId zone) {}

  record BadUri(@DefaultValue("a b") URI uri) {}

  @Test
  void defaults() {
    byte[] bytes = Bytes.of(Serializers.record(Before.class), new Before(7));
    Compatibility<After> answer =
        Serializers.record(After.class).compatibility(Serializers.record(Before.class).schema());

    assertThat(answer).isInstanceOf(Compatibility.AfterMigration.class);
    assertThat(Bytes.read(((Compatibility.AfterMigration<After>) answer).reader(), bytes))
        .isEqualTo(
            new After(
                7,
                Duration.ofSeconds(1),
                Period.of(1, 0, 2),
                YearMonth.of(2024, 2),
                OffsetDateTime.parse("2024-02-29T12:00+01:00"),
                ZonedDateTime.parse("2024-02-29T12:00+01:00[Europe/Berlin]"),
                ZoneId.of("Europe/Berlin"),
                ZoneOffset.ofHours(2),
                Currency.getInstance("EUR"),
                Locale.forLanguageTag("zh-Hant-TW"),
                URI.create("urn:a")));
  }

  @Test
  void defaults_notOfTheType() {
    for (Class<? extends Record> type :
        List.of(BadLocale.class, BadCurrency.class, BadZone.class, BadUri.class)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Serializers.record(type))
          .withMessageContaining("is not of its type");
    }
  }

  static class Bean {
    int kept;
    String gone = "gone";
  }

  static class Later {
    int kept;
  }

  @Test
  void losses_ofKryo() {
    TypeSchema stored = Serializers.kryo(Bean.class).schema();
    assertThat(
            SchemaDifference.losses(
                Serializers.kryoBuilder(Later.class)
                    .formerName(Later.class, Bean.class.getName())
                    .build(),
                stored))
        .containsExactly("DefaultValueTypesTest$Bean.gone java.lang.String");
    assertThat(SchemaDifference.losses(Serializers.kryo(Bean.class), stored)).isEmpty();
  }
}
