// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import static io.statebackend.api.TypeSerializer.VARIABLE_LENGTH;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.Words;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Currency;
import java.util.IllformedLocaleException;
import java.util.Locale;
import java.util.TreeSet;

/** The serializers of immutable values of {@code java.util} and {@code java.net}. */
public final class UtilSerializers {
  private UtilSerializers() {}

  /** Returns the serializer of currencies, by their ISO 4217 code. */
  public static TypeSerializer<Currency> currency() {
    return new ValueSerializer<>(
        Words.CURRENCY,
        VARIABLE_LENGTH,
        (value, out) -> out.writeString(value.getCurrencyCode()),
        UtilSerializers::readCurrency);
  }

  private static Currency readCurrency(BinaryInput in) {
    String code = in.readString();
    if (!code.matches("[A-Z]{3}")) {
      throw new CorruptStateException("not the code of a currency: " + code);
    }
    try {
      return Currency.getInstance(code);
    } catch (IllegalArgumentException e) {
      throw new IncompatibleStateException(
          "currency '%s' is stored and not known to this JVM; run a JDK whose currency data have it"
              .formatted(code),
          e);
    }
  }

  /** Returns the serializer of URIs, by their text. */
  public static TypeSerializer<URI> uri() {
    return new ValueSerializer<>(
        Words.URI,
        VARIABLE_LENGTH,
        (value, out) -> out.writeString(value.toString()),
        in -> {
          String text = in.readString();
          try {
            return new URI(text);
          } catch (URISyntaxException e) {
            throw new CorruptStateException("not a uri: " + e.getMessage(), e);
          }
        });
  }

  /** Returns the serializer of locales, by all that they are made of. */
  public static TypeSerializer<Locale> locale() {
    return new ValueSerializer<>(
        Words.LOCALE, VARIABLE_LENGTH, UtilSerializers::writeLocale, UtilSerializers::readLocale);
  }

  private static void writeLocale(Locale value, BinaryOutput out) {
    out.writeString(value.getLanguage());
    out.writeString(value.getScript());
    out.writeString(value.getCountry());
    out.writeString(value.getVariant());
    out.writeVarInt(value.getExtensionKeys().size());
    for (char key : new TreeSet<>(value.getExtensionKeys())) {
      out.writeShort(key);
      out.writeString(value.getExtension(key));
    }
  }

  private static Locale readLocale(BinaryInput in) {
    String language = in.readString();
    String script = in.readString();
    String country = in.readString();
    String variant = in.readString();
    int extensionCount = in.readLength();
    try {
      Locale.Builder builder = new Locale.Builder();
      for (int i = 0; i < extensionCount; i++) {
        char key = (char) in.readShort();
        builder.setExtension(key, in.readString());
      }
      // Only the constructor takes variants of any form; what it adds to those of old is stored
      // too.
      Locale plain = new Locale(language, country, variant);
      boolean isPlain =
          script.isEmpty() && plain.getExtensionKeys().equals(builder.build().getExtensionKeys());
      return isPlain
          ? plain
          : builder
              .setLanguage(language)
              .setScript(script)
              .setRegion(country)
              .setVariant(variant)
              .build();
    } catch (IllformedLocaleException e) {
      throw new CorruptStateException("not a locale: " + e.getMessage(), e);
    }
  }
}
