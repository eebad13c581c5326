// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import java.net.URI;
import java.time.DayOfWeek;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Currency;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/** Values of the JDK beside those of {@link Samples}, and collections that are ordered. */
final class UtilSamples {
  private UtilSamples() {}

  static List<Samples<?>> all() {
    return List.of(
        new Samples<>(
            "YearMonth",
            Serializers.YEAR_MONTH,
            List.of(YearMonth.of(-999_999_999, 1), YearMonth.of(999_999_999, 12)),
            r -> YearMonth.of(r.nextInt(4000), 1 + r.nextInt(12))),
        new Samples<>(
            "ZoneOffset",
            Serializers.ZONE_OFFSET,
            List.of(ZoneOffset.UTC, ZoneOffset.MIN, ZoneOffset.MAX),
            r -> ZoneOffset.ofTotalSeconds(r.nextInt(36_001) - 18_000)),
        new Samples<>(
            "ZoneId",
            Serializers.ZONE_ID,
            List.of(
                ZoneId.of("Europe/Berlin"),
                ZoneId.of("UTC+01:00"),
                ZoneOffset.UTC,
                ZoneId.of("UTC")),
            r -> ZoneOffset.ofTotalSeconds(r.nextInt(36_001) - 18_000)),
        new Samples<>(
            "Currency",
            Serializers.CURRENCY,
            List.of(Currency.getInstance("EUR"), Currency.getInstance("XXX")),
            r -> Currency.getInstance("CHF")),
        new Samples<>("Locale", Serializers.LOCALE, locales(), UtilSamples::locale),
        new Samples<>(
            "URI",
            Serializers.URI,
            List.of(URI.create(""), URI.create("urn:a:b"), URI.create("HTTP://a@h:1/ä%20b?q#f")),
            r -> URI.create("file:/" + r.nextInt())),
        new Samples<>(
            "BitSet",
            Serializers.BIT_SET,
            List.of(
                new BitSet(), BitSet.valueOf(new long[] {1}), BitSet.valueOf(new long[] {0, 9})),
            r -> BitSet.valueOf(r.longs(3).toArray())),
        new Samples<>(
            "Deque<String>",
            Serializers.deque(Serializers.STRING),
            List.of(new ArrayDeque<>(), new ArrayDeque<>(List.of("a", "b", "a"))),
            r -> new ArrayDeque<>(List.of("x" + r.nextInt(), ""))),
        new Samples<>(
            "EnumSet<DayOfWeek>",
            Serializers.enumSet(DayOfWeek.class),
            List.of(EnumSet.noneOf(DayOfWeek.class), EnumSet.allOf(DayOfWeek.class)),
            r -> EnumSet.of(DayOfWeek.of(1 + r.nextInt(7)))),
        new Samples<>(
            "EnumMap<DayOfWeek, Long>",
            Serializers.enumMap(DayOfWeek.class, Serializers.LONG),
            List.of(
                new EnumMap<>(DayOfWeek.class),
                new EnumMap<>(Map.of(DayOfWeek.SUNDAY, 1L, DayOfWeek.MONDAY, 2L))),
            r -> new EnumMap<>(Map.of(DayOfWeek.of(1 + r.nextInt(7)), r.nextLong()))),
        new Samples<>(
            "SortedSet<String>",
            Serializers.sortedSet(Serializers.STRING),
            List.of(new TreeSet<>(), new TreeSet<>(List.of("b", "a"))),
            r -> new TreeSet<>(List.of("x" + r.nextInt(), ""))),
        new Samples<>(
            "SortedMap<Long, String>",
            Serializers.sortedMap(Serializers.LONG, Serializers.STRING),
            List.of(new TreeMap<>(), new TreeMap<>(Map.of(2L, "b", -1L, "a"))),
            r -> new TreeMap<>(Map.of(r.nextLong(), "x"))));
  }

  /** Locales of all kinds, those that the constructor makes of old names among them. */
  @SuppressWarnings("deprecation") // newer JDKs want Locale.of, which 17 does not have
  private static List<Locale> locales() {
    return List.of(
        Locale.ROOT,
        Locale.GERMANY,
        Locale.forLanguageTag("zh-Hant-TW"),
        Locale.forLanguageTag("de-DE-u-co-phonebk-x-any"),
        Locale.forLanguageTag("ca-ES-valencia"),
        new Locale("no", "NO", "NY"),
        new Locale("ja", "JP", "JP"),
        new Locale("th", "TH", "TH"),
        new Locale("xx", "YY", "any variant"));
  }

  private static Locale locale(Random random) {
    List<Locale> all = Arrays.asList(Locale.getAvailableLocales());
    return all.get(random.nextInt(all.size()));
  }
}
