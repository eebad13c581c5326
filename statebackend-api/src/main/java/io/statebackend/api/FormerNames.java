// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Lists the names that something had when state was written, so that it is found under its new one.
 *
 * <p>Stands on a component of a record, a constant of an enum, a field of a class that Kryo writes,
 * and on a class: a case of a sealed interface by its simple name, a class that Kryo writes by its
 * binary name.
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
   * @return the names, none of which something else bears now
   */
  String[] value();
}
