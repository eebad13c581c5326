// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Lists the names that something had when state was written, so that it is found under its new
 * name.
 *
 * <p>It annotates a component of a record, a constant of an enum, a field of a class that Kryo
 * writes, or a class. A case of a sealed interface is listed by its simple name, and a class that
 * Kryo writes by its binary name.
 *
 * <pre>{@code
 * record Order(long id, @FormerNames("cost") long price) {}
 * }</pre>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD, ElementType.TYPE})
public @interface FormerNames {

  /**
   * Returns the former names, in any order.
   *
   * @return the names; nothing else may have one of them now
   */
  String[] value();
}
