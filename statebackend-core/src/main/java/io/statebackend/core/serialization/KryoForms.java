// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSchema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compares the stored form of a class that Kryo wrote with the form it has now. */
final class KryoForms {
  private KryoForms() {}

  /**
   * Compares one class.
   *
   * @param stored the class and its form in the stored schema
   * @param declared the schema of the running code, which has the class
   * @param path where the value lies
   */
  static <T> Compatibility<T> compare(TypeSchema.Member stored, TypeSchema declared, Path path) {
    String className = String.valueOf(stored.name());
    TypeSchema before = stored.schema();
    TypeSchema after = form(declared.members(), className);
    if (before == null || after == null || before.equals(after)) {
      return Compatibility.asIs();
    }
    Path place = path.component(className.substring(className.lastIndexOf('.') + 1));
    if (!before.type().equals(after.type())) {
      return place.differs(before, after);
    }
    if (before.type().equals(KryoClasses.ENUM)) {
      return compareConstants(before, after, place);
    }
    return compareFields(before.members(), after.members(), place);
  }

  private static <T> Compatibility<T> compareConstants(
      TypeSchema before, TypeSchema after, Path place) {
    for (TypeSchema.Member constant : before.members()) {
      if (!after.members().contains(constant)) {
        return place.incompatible(
            "enum constant " + constant.name() + " is stored, not declared; declare it again");
      }
    }
    return Compatibility.asIs();
  }

  private static <T> Compatibility<T> compareFields(
      List<TypeSchema.Member> before, List<TypeSchema.Member> after, Path place) {
    for (TypeSchema.Member field : before) {
      TypeSchema was = field.schema();
      TypeSchema is = form(after, String.valueOf(field.name()));
      if (was != null && !was.equals(is)) {
        Path fieldPlace = place.component(String.valueOf(field.name()));
        return is == null
            ? fieldPlace.incompatible("stored " + was + ", not declared; add the field again")
            : fieldPlace.differs(was, is);
      }
    }
    for (TypeSchema.Member field : after) {
      if (!before.contains(field)) {
        return place
            .component(String.valueOf(field.name()))
            .incompatible(
                "not stored, declared "
                    + field.schema()
                    + "; remove the field, or make it transient");
      }
    }
    return place.incompatible("stored and declared fields differ in their order");
  }

  private static @Nullable TypeSchema form(List<TypeSchema.Member> members, String name) {
    for (TypeSchema.Member member : members) {
      if (name.equals(member.name())) {
        return member.schema();
      }
    }
    return null;
  }
}
