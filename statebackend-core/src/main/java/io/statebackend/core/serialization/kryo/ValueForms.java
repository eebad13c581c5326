// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.TimeSerializers;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Timestamp;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.EnumMap;
import java.util.GregorianCalendar;
import java.util.IllformedLocaleException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;

/** Serializers of single classes of the JDK that Kryo has none for, or one that loses something. */
final class ValueForms {
  private ValueForms() {}

  /** The class of the keys, the number of entries, and these as in other maps. */
  @SuppressWarnings({"rawtypes", "unchecked", "NullAway"}) // The class of the keys is data here.
  static final class OfEnumMap extends Serializer<EnumMap> {
    @Override
    public void write(Kryo kryo, Output output, EnumMap map) {
      kryo.writeClass(output, keyType((RegisteredOnlyKryo) kryo, map));
      output.writeVarInt(map.size(), true);
      OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
      OpenObjects.Parts outer = graph.beginParts();
      for (Object entry : map.entrySet()) {
        kryo.writeClassAndObject(output, ((Map.Entry) entry).getKey());
        kryo.writeClassAndObject(output, ((Map.Entry) entry).getValue());
      }
      graph.endParts(outer, map);
    }

    /** Finds the class of the keys, which an empty map does not tell but by refusing others. */
    private static Class<?> keyType(RegisteredOnlyKryo kryo, EnumMap map) {
      if (!map.isEmpty()) {
        return ((Enum<?>) map.keySet().iterator().next()).getDeclaringClass();
      }
      for (Class<?> type : kryo.registeredEnums()) {
        if (takes(map.clone(), (Enum) type.getEnumConstants()[0])) {
          return type;
        }
      }
      throw new KryoException(
          "an empty EnumMap whose enum is not registered: declare it as EnumMap<TheEnum, ...>, or"
              + " name the enum to Serializers.kryo");
    }

    private static boolean takes(EnumMap map, Enum key) {
      try {
        map.put(key, null);
        return true;
      } catch (ClassCastException e) {
        return false; // A key of another enum.
      }
    }

    @Override
    public EnumMap read(Kryo kryo, Input input, Class<? extends EnumMap> ignored) {
      Registration keys = kryo.readClass(input);
      if (keys == null || !keys.getType().isEnum()) {
        throw new KryoException("not an EnumMap: the class of its keys is no enum");
      }
      EnumMap map = new EnumMap(keys.getType());
      kryo.reference(map);
      OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
      OpenObjects.Parts outer = graph.beginParts();
      for (int i = input.readVarInt(true); i > 0; i--) {
        Object key = kryo.readClassAndObject(input);
        if (!keys.getType().isInstance(key)) {
          throw new KryoException("not a key of an EnumMap of " + keys.getType().getName());
        }
        map.put((Enum) key, kryo.readClassAndObject(input));
      }
      graph.endParts(outer, map);
      return map;
    }

    @Override
    public EnumMap copy(Kryo kryo, EnumMap original) {
      keyType((RegisteredOnlyKryo) kryo, original);
      EnumMap copy = original.clone();
      kryo.reference(copy);
      OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
      OpenObjects.Parts outer = graph.beginParts();
      copy.replaceAll((key, value) -> kryo.copy(value));
      graph.endParts(outer, copy);
      return copy;
    }
  }

  /** The language tag; language, country and variant if they make no tag. */
  static final class OfLocale extends Serializer<Locale> {
    OfLocale() {
      super(false, true);
    }

    @Override
    public void write(Kryo kryo, Output output, Locale locale) {
      String tag = locale.toLanguageTag();
      boolean hasTag = Locale.forLanguageTag(tag).equals(locale);
      output.writeString(hasTag ? tag : null);
      if (!hasTag) {
        if (!old(locale.getLanguage(), locale.getCountry(), locale.getVariant()).equals(locale)) {
          throw new KryoException("a Locale that has no language tag: " + locale);
        }
        output.writeString(locale.getLanguage());
        output.writeString(locale.getCountry());
        output.writeString(locale.getVariant());
      }
    }

    @SuppressWarnings("deprecation") // Of the JDK 19 and later; there is no other way to these.
    private static Locale old(String language, String country, String variant) {
      return new Locale(language, country, variant);
    }

    @Override
    public Locale read(Kryo kryo, Input input, Class<? extends Locale> ignored) {
      @Nullable String tag = input.readString();
      try {
        return tag == null
            ? old(input.readString(), input.readString(), input.readString())
            : Locale.forLanguageTag(tag);
      } catch (NullPointerException | IllformedLocaleException e) {
        throw new KryoException("not a Locale: " + e, e);
      }
    }
  }

  /** The time, the zone, and how fields are counted. */
  @SuppressWarnings("JavaUtilDate") // The calendar takes no other.
  static final class OfCalendar extends Serializer<GregorianCalendar> {
    @Override
    public void write(Kryo kryo, Output output, GregorianCalendar calendar) {
      output.writeLong(calendar.getTimeInMillis());
      output.writeString(OfTimeZone.id(calendar.getTimeZone()));
      output.writeBoolean(calendar.isLenient());
      output.writeByte(calendar.getFirstDayOfWeek());
      output.writeByte(calendar.getMinimalDaysInFirstWeek());
      output.writeLong(calendar.getGregorianChange().getTime());
    }

    @Override
    public GregorianCalendar read(
        Kryo kryo, Input input, Class<? extends GregorianCalendar> ignored) {
      long millis = input.readLong();
      GregorianCalendar calendar =
          new GregorianCalendar(TimeZone.getTimeZone(String.valueOf(input.readString())));
      calendar.setLenient(input.readBoolean());
      calendar.setFirstDayOfWeek(input.readByte());
      calendar.setMinimalDaysInFirstWeek(input.readByte());
      calendar.setGregorianChange(new Date(input.readLong()));
      calendar.setTimeInMillis(millis);
      kryo.reference(calendar);
      return calendar;
    }

    @Override
    public GregorianCalendar copy(Kryo kryo, GregorianCalendar original) {
      return (GregorianCalendar) original.clone();
    }
  }

  /** The id of a time zone of the JDK. */
  static final class OfTimeZone extends Serializer<TimeZone> {
    OfTimeZone() {
      super(false, false);
    }

    /**
     * Returns what tells a time zone.
     *
     * @throws KryoException if its id is that of another one, or of none
     */
    static String id(TimeZone zone) {
      if (!TimeZone.getTimeZone(zone.getID()).equals(zone)) {
        throw new KryoException(
            "a TimeZone that its id does not tell, such as one whose offset was set: id="
                + zone.getID()
                + "; use one of TimeZone.getTimeZone, or a ZoneId");
      }
      return zone.getID();
    }

    @Override
    public void write(Kryo kryo, Output output, TimeZone zone) {
      output.writeString(id(zone));
    }

    @Override
    public TimeZone read(Kryo kryo, Input input, Class<? extends TimeZone> ignored) {
      return TimeZone.getTimeZone(String.valueOf(input.readString()));
    }

    @Override
    public TimeZone copy(Kryo kryo, TimeZone original) {
      return TimeZone.getTimeZone(id(original));
    }
  }

  /**
   * A time with a zone in Kryo's form: date, time of day, zone. Where the clock is set back, the
   * later of two times with one reading has its offset before its zone, as in {@code
   * +01:00[Europe/Berlin]}.
   */
  static final class OfZonedDateTime extends Serializer<ZonedDateTime> {
    private static final TimeSerializers.LocalDateSerializer DATES =
        new TimeSerializers.LocalDateSerializer();
    private static final TimeSerializers.LocalTimeSerializer TIMES =
        new TimeSerializers.LocalTimeSerializer();

    OfZonedDateTime() {
      super(false, true);
    }

    @Override
    public void write(Kryo kryo, Output output, ZonedDateTime time) {
      DATES.write(kryo, output, time.toLocalDate());
      TIMES.write(kryo, output, time.toLocalTime());
      String zone = time.getZone().getId();
      boolean isUsual = ZonedDateTime.of(time.toLocalDateTime(), time.getZone()).equals(time);
      output.writeString(isUsual ? zone : time.getOffset().getId() + '[' + zone + ']');
    }

    @Override
    public ZonedDateTime read(Kryo kryo, Input input, Class<? extends ZonedDateTime> ignored) {
      LocalDateTime time =
          LocalDateTime.of(
              DATES.read(kryo, input, LocalDate.class), TIMES.read(kryo, input, LocalTime.class));
      String zone = String.valueOf(input.readString());
      int bracket = zone.indexOf('[');
      try {
        if (bracket < 0) {
          return ZonedDateTime.of(time, ZoneId.of(zone));
        }
        return ZonedDateTime.ofInstant(
            time,
            ZoneOffset.of(zone.substring(0, bracket)),
            ZoneId.of(zone.substring(bracket + 1, zone.length() - 1)));
      } catch (DateTimeException | IndexOutOfBoundsException e) {
        throw new KryoException("not a time zone: " + zone, e);
      }
    }
  }

  /** The name if it is known, the address, and the scope of an IPv6 address. */
  static final class OfAddress extends Serializer<InetAddress> {
    OfAddress() {
      super(false, true);
    }

    @Override
    public void write(Kryo kryo, Output output, InetAddress address) {
      // Asking for the name could ask a name server; the text has it only if it is known.
      String text = address.toString();
      int slash = text.indexOf('/');
      output.writeString(slash > 0 ? text.substring(0, slash) : null);
      byte[] bytes = address.getAddress();
      output.writeByte(bytes.length);
      output.writeBytes(bytes);
      output.writeInt(address instanceof Inet6Address six ? six.getScopeId() : 0);
    }

    @Override
    public InetAddress read(Kryo kryo, Input input, Class<? extends InetAddress> ignored) {
      @Nullable String name = input.readString();
      byte[] bytes = input.readBytes(input.readByte() == 4 ? 4 : 16);
      int scope = input.readInt();
      try {
        return bytes.length == 16
            ? Inet6Address.getByAddress(name, bytes, scope == 0 ? -1 : scope)
            : InetAddress.getByAddress(name, bytes);
      } catch (UnknownHostException e) {
        throw new KryoException("not an address: " + e.getMessage(), e);
      }
    }
  }

  /** Seconds since the epoch and nanoseconds. */
  static final class OfTimestamp extends Serializer<Timestamp> {
    /** Adds the classes of java.sql, which need not be there. */
    static void addTo(Map<Class<?>, Serializer<?>> forms, Set<Class<?>> kryos) {
      forms.put(Timestamp.class, new OfTimestamp());
      kryos.add(java.sql.Date.class);
      kryos.add(java.sql.Time.class);
    }

    @Override
    public void write(Kryo kryo, Output output, Timestamp timestamp) {
      output.writeLong(timestamp.getTime());
      output.writeInt(timestamp.getNanos());
    }

    @Override
    public Timestamp read(Kryo kryo, Input input, Class<? extends Timestamp> ignored) {
      Timestamp timestamp = new Timestamp(input.readLong());
      int nanos = input.readInt();
      if (nanos < 0 || nanos > 999_999_999) {
        throw new KryoException("not a Timestamp: nanos=" + nanos);
      }
      timestamp.setNanos(nanos);
      kryo.reference(timestamp);
      return timestamp;
    }

    @Override
    public Timestamp copy(Kryo kryo, Timestamp original) {
      return (Timestamp) original.clone();
    }
  }
}
