// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.schema;

import java.util.Set;

/**
 * The words of a schema, as docs/format/serialized-types-v1.md lists them. A word that was once
 * written keeps its meaning forever.
 */
public final class Words {
  // Simple types.

  public static final String BOOL = "bool";

  public static final String INT8 = "int8";

  public static final String INT16 = "int16";

  public static final String INT32 = "int32";

  public static final String INT64 = "int64";

  public static final String CHAR16 = "char16";

  public static final String FLOAT32 = "float32";

  public static final String FLOAT64 = "float64";

  public static final String BIGINT = "bigint";

  public static final String DECIMAL = "decimal";

  public static final String STRING = "string";

  public static final String BYTES = "bytes";

  public static final String UUID = "uuid";

  public static final String INSTANT = "instant";

  public static final String DURATION = "duration";

  public static final String PERIOD = "period";

  public static final String LOCAL_DATE = "local-date";

  public static final String LOCAL_TIME = "local-time";

  public static final String LOCAL_DATE_TIME = "local-date-time";

  public static final String OFFSET_DATE_TIME = "offset-date-time";

  public static final String ZONED_DATE_TIME = "zoned-date-time";

  public static final String YEAR_MONTH = "year-month";

  public static final String ZONE_OFFSET = "zone-offset";

  public static final String ZONE_ID = "zone-id";

  public static final String CURRENCY = "currency";

  public static final String LOCALE = "locale";

  public static final String URI = "uri";

  public static final String BIT_SET = "bit-set";

  // Types made of other types.

  public static final String LIST = "list";

  public static final String SET = "set";

  public static final String ARRAY = "array";

  public static final String MAP = "map";

  public static final String OPTIONAL = "optional";

  // Named types, and what stands in them.

  public static final String ENUM = "enum";

  public static final String RECORD = "record";

  /** A component of a record that may be {@code null}. */
  public static final String NULLABLE = "nullable";

  /** A sealed interface; its members are the cases. */
  public static final String UNION = "union";

  /** A reference to a named type around the place. */
  public static final String ENCLOSING = "enclosing";

  /** A reference to a named type that stands earlier in the text. */
  static final String TOLD = "told";

  /** What Kryo writes; its members are registered classes, each of a form. */
  public static final String KRYO = "kryo";

  // Forms of the classes that Kryo writes, and of their fields and elements.

  /** The form of an object: its fields, each with the class it is declared as. */
  public static final String KRYO_FIELDS = "fields";

  /** The form of an array of objects: the class its elements are declared as. */
  public static final String KRYO_ELEMENTS = "elements";

  /** The form of an enum: the name of the constant. */
  public static final String KRYO_CONSTANTS = "enum";

  /** The form of an immutable class of the JDK: Kryo's for that class. */
  public static final String KRYO_VALUE = "value";

  /** The form of any other class, such as a collection: that of its serializer. */
  public static final String KRYO_OPAQUE = "opaque";

  /** A field or element whose class is the declared one, and is not written. */
  public static final String KRYO_FINAL = "final";

  /** A field or element whose class is written before it. */
  public static final String KRYO_OPEN = "open";

  /** Named types, which are told once and referred to by {@link #TOLD} from then on. */
  static final Set<String> NAMED = Set.of(RECORD, UNION, ENUM, KRYO);

  /** Named types that what is inside of them refers to by {@link #ENCLOSING}. */
  static final Set<String> AROUND = Set.of(RECORD, UNION);

  /** Types of one form: a list, a set and an array of the same elements have the same bytes. */
  static final Set<String> ELEMENTS = Set.of(LIST, SET, ARRAY);

  /**
   * Types whose equal values may have different bytes: the order of a set or map is no part of it,
   * nor the case of some letters of a URI.
   */
  static final Set<String> AMBIGUOUS = Set.of(SET, MAP, URI);

  /** Types of which the serialized form of what is empty is one zero byte. */
  private static final Set<String> EMPTY_IS_ZERO_BYTE =
      Set.of(OPTIONAL, LIST, SET, MAP, ARRAY, BYTES, BIT_SET);

  private Words() {}

  /** Tells whether the serialized form of what is empty is one zero byte, for a type. */
  public static boolean isEmptyOneZeroByte(String type) {
    return EMPTY_IS_ZERO_BYTE.contains(type);
  }
}
