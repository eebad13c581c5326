// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import static io.statebackend.api.TypeSerializer.VARIABLE_LENGTH;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.Words;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneRulesException;

/** The serializers of {@code java.time}, but for dates and instants. */
public final class TimeSerializers {
  private static final int NANOS_MAX = 999_999_999;

  private TimeSerializers() {}

  public static TypeSerializer<Duration> duration() {
    return new ValueSerializer<>(
        Words.DURATION,
        Long.BYTES + Integer.BYTES,
        (value, out) -> {
          out.writeLong(value.getSeconds());
          out.writeInt(value.getNano());
        },
        in -> Duration.ofSeconds(in.readLong(), readNanos(in)));
  }

  /** Reads the nanoseconds of a second. */
  static int readNanos(BinaryInput in) {
    int nanos = in.readInt();
    if (nanos < 0 || nanos > NANOS_MAX) {
      throw new CorruptStateException(
          "not the nanoseconds of a second: expected=0 to " + NANOS_MAX + ", actual=" + nanos);
    }
    return nanos;
  }

  public static TypeSerializer<LocalTime> localTime() {
    return new ValueSerializer<>(
        Words.LOCAL_TIME,
        Long.BYTES,
        (value, out) -> out.writeLong(value.toNanoOfDay()),
        in -> LocalTime.ofNanoOfDay(in.readLong()));
  }

  public static TypeSerializer<LocalDateTime> localDateTime() {
    return new ValueSerializer<>(
        Words.LOCAL_DATE_TIME,
        2 * Long.BYTES,
        TimeSerializers::writeLocal,
        TimeSerializers::readLocal);
  }

  public static TypeSerializer<OffsetDateTime> offsetDateTime() {
    return new ValueSerializer<>(
        Words.OFFSET_DATE_TIME,
        2 * Long.BYTES + Integer.BYTES,
        (value, out) -> {
          writeLocal(value.toLocalDateTime(), out);
          out.writeInt(value.getOffset().getTotalSeconds());
        },
        in -> OffsetDateTime.of(readLocal(in), ZoneOffset.ofTotalSeconds(in.readInt())));
  }

  public static TypeSerializer<ZonedDateTime> zonedDateTime() {
    return new ValueSerializer<>(
        Words.ZONED_DATE_TIME,
        VARIABLE_LENGTH,
        (value, out) -> {
          writeLocal(value.toLocalDateTime(), out);
          out.writeInt(value.getOffset().getTotalSeconds());
          out.writeString(value.getZone().getId());
        },
        TimeSerializers::readZoned);
  }

  private static ZonedDateTime readZoned(BinaryInput in) {
    LocalDateTime local = readLocal(in);
    ZoneOffset offset = ZoneOffset.ofTotalSeconds(in.readInt());
    // Keeps the instant if this JVM's time zone data have another offset for it.
    return ZonedDateTime.ofInstant(local, offset, readZone(in));
  }

  public static TypeSerializer<Period> period() {
    return new ValueSerializer<>(
        Words.PERIOD,
        3 * Integer.BYTES,
        (value, out) -> {
          out.writeInt(value.getYears());
          out.writeInt(value.getMonths());
          out.writeInt(value.getDays());
        },
        in -> {
          int years = in.readInt();
          int months = in.readInt();
          return Period.of(years, months, in.readInt());
        });
  }

  public static TypeSerializer<YearMonth> yearMonth() {
    return new ValueSerializer<>(
        Words.YEAR_MONTH,
        Integer.BYTES + Byte.BYTES,
        (value, out) -> {
          out.writeInt(value.getYear());
          out.writeByte(value.getMonthValue());
        },
        in -> {
          int year = in.readInt();
          return YearMonth.of(year, in.readByte());
        });
  }

  public static TypeSerializer<ZoneOffset> zoneOffset() {
    return new ValueSerializer<>(
        Words.ZONE_OFFSET,
        Integer.BYTES,
        (value, out) -> out.writeInt(value.getTotalSeconds()),
        in -> ZoneOffset.ofTotalSeconds(in.readInt()));
  }

  public static TypeSerializer<ZoneId> zoneId() {
    return new ValueSerializer<>(
        Words.ZONE_ID,
        VARIABLE_LENGTH,
        (value, out) -> out.writeString(value.getId()),
        TimeSerializers::readZone);
  }

  private static ZoneId readZone(BinaryInput in) {
    String id = in.readString();
    try {
      return ZoneId.of(id);
    } catch (ZoneRulesException e) {
      throw new IncompatibleStateException(
          "time zone '%s' is stored and not known to this JVM; update its time zone data"
              .formatted(id),
          e);
    }
  }

  private static void writeLocal(LocalDateTime value, BinaryOutput out) {
    out.writeLong(value.toLocalDate().toEpochDay());
    out.writeLong(value.toLocalTime().toNanoOfDay());
  }

  private static LocalDateTime readLocal(BinaryInput in) {
    LocalDate date = LocalDate.ofEpochDay(in.readLong());
    return LocalDateTime.of(date, LocalTime.ofNanoOfDay(in.readLong()));
  }
}
