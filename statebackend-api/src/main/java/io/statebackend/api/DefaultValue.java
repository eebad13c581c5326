// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Gives the value of a record component for which the stored state has none. This happens if the
 * state was written before the component existed, or if it contains {@code null} and the component
 * is a primitive now.
 *
 * <p>The text is parsed like the type's own {@code valueOf} or {@code parse}: numbers, booleans, a
 * single character, strings, names of enum constants, {@code BigInteger}, {@code BigDecimal},
 * {@code UUID}, {@code URI}, {@code java.time}, codes of currencies and language tags. Without this
 * annotation primitives become zero or {@code false}, optionals, collections and arrays empty, and
 * everything else {@code null}, which the constructor of the record can replace.
 *
 * <pre>{@code
 * record Order(long id, @DefaultValue("EUR") String currency) {}
 * }</pre>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface DefaultValue {

  /**
   * Returns the text of the value.
   *
   * @return the text, checked when the serializer is made
   */
  String value();
}
