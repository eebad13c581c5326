// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;

/**
 * The texts of dates and times, as docs/format/json-v1.md has them. Computed here and not by the
 * JDK, whose texts leave out what is zero by rules of their own.
 */
final class TimeTexts {
  private static final long SECONDS_PER_DAY = 86_400;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private TimeTexts() {}

  static String instant(Instant instant) {
    long second = instant.getEpochSecond();
    return date(Math.floorDiv(second, SECONDS_PER_DAY))
        + "T"
        + time(Math.floorMod(second, SECONDS_PER_DAY) * NANOS_PER_SECOND + instant.getNano())
        + "Z";
  }

  static String dateTime(LocalDateTime time) {
    return date(time.toLocalDate().toEpochDay()) + "T" + time(time.toLocalTime().toNanoOfDay());
  }

  /** Days to a date of the Gregorian calendar, by the algorithm of Howard Hinnant. */
  static String date(long epochDay) {
    long day = epochDay + 719_468;
    long era = Math.floorDiv(day, 146_097L);
    long dayOfEra = day - era * 146_097;
    long yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    long shifted = (5 * dayOfYear + 2) / 153;
    long month = shifted < 10 ? shifted + 3 : shifted - 9;
    long year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
    return year(year) + "-" + two(month) + "-" + two(dayOfYear - (153 * shifted + 2) / 5 + 1);
  }

  static String year(long year) {
    String digits = "%04d".formatted(Math.abs(year));
    return year < 0 ? "-" + digits : year > 9_999 ? "+" + digits : digits;
  }

  static String time(long nanoOfDay) {
    long second = nanoOfDay / NANOS_PER_SECOND;
    return two(second / 3_600)
        + ":"
        + two(second / 60 % 60)
        + ":"
        + two(second % 60)
        + fraction(nanoOfDay % NANOS_PER_SECOND);
  }

  /** Nanoseconds as none, 3, 6 or 9 digits behind a point. */
  private static String fraction(long nanos) {
    if (nanos == 0) {
      return "";
    }
    String digits = "%09d".formatted(nanos);
    int length = nanos % 1_000_000 == 0 ? 3 : nanos % 1_000 == 0 ? 6 : 9;
    return "." + digits.substring(0, length);
  }

  /** Seconds with a fraction, such as {@code PT-1.5S}. */
  static String duration(Duration duration) {
    BigInteger nanos =
        BigInteger.valueOf(duration.getSeconds())
            .multiply(BigInteger.valueOf(NANOS_PER_SECOND))
            .add(BigInteger.valueOf(duration.getNano()));
    BigInteger[] parts = nanos.abs().divideAndRemainder(BigInteger.valueOf(NANOS_PER_SECOND));
    return "PT"
        + (nanos.signum() < 0 ? "-" : "")
        + parts[0]
        + fraction(parts[1].longValueExact())
        + "S";
  }

  static String two(long number) {
    return number < 10 ? "0" + number : Long.toString(number);
  }
}
