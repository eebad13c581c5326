// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.core.host.EntryRewriting;
import io.statebackend.core.host.HostedStore;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.ByteSerializer;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.jspecify.annotations.Nullable;

/**
 * A map per key and namespace. User keys whose value is {@code null}, which Flink allows and our
 * tables do not, are in a table of their own, which is there as soon as there is one: so maps of
 * numbers stay maps of numbers.
 */
final class KeyedMaps<K, N, UK, UV> extends KeyedTable<K, N, Map<UK, UV>> {
  /** What stands for a value in the table of user keys that have none. */
  static final byte NULL_MARK = 0;

  private static final String NULLS_PREFIX = "n/";

  private final Wrapped<Byte> marks = Wrapped.of(ByteSerializer.INSTANCE);
  private Wrapped<UK> userKeys;
  private Wrapped<UV> values;
  private @Nullable MapTable<K, N, UK, UV> table;
  private @Nullable MapTable<K, N, UK, Byte> nulls;

  KeyedMaps(HostedStore<K> store, RegisteredKeyValueStateBackendMetaInfo<N, Map<UK, UV>> meta) {
    super(store, meta);
    this.userKeys = wrappedUserKeys(meta);
    this.values = wrappedValues(meta);
  }

  private static <UK, UV> Wrapped<UK> wrappedUserKeys(
      RegisteredKeyValueStateBackendMetaInfo<?, Map<UK, UV>> meta) {
    return Wrapped.of(Parts.userKeys(meta.getStateSerializer()).duplicate());
  }

  private static <UK, UV> Wrapped<UV> wrappedValues(
      RegisteredKeyValueStateBackendMetaInfo<?, Map<UK, UV>> meta) {
    return Wrapped.of(Parts.values(meta.getStateSerializer()).duplicate());
  }

  private String nullsName() {
    return NULLS_PREFIX + name();
  }

  @Override
  List<String> createdTables() {
    return table == null ? List.of() : nulls == null ? List.of(tableName()) : tableNames();
  }

  @Override
  List<String> tableNames() {
    return List.of(tableName(), nullsName());
  }

  @Override
  @Nullable MapTable<K, N, UK, UV> table() {
    return table;
  }

  private MapTable<K, N, UK, UV> maps() {
    return requireNonNull(table);
  }

  @Override
  void create(Set<String> restored) {
    if (table == null) {
      table = newTable();
      if (restored.contains(nullsName())) {
        nulls = newNulls();
      }
    }
  }

  private MapTable<K, N, UK, UV> newTable() {
    return store.mapTable(new TableSpec.OfMaps<>(tableName(), namespaces(), userKeys, values));
  }

  private MapTable<K, N, UK, Byte> newNulls() {
    return store.mapTable(new TableSpec.OfMaps<>(nullsName(), namespaces(), userKeys, marks));
  }

  /** Returns the table of user keys without values, created if need be. */
  private MapTable<K, N, UK, Byte> nulls() {
    MapTable<K, N, UK, Byte> present = nulls;
    if (present == null) {
      present = newNulls();
      nulls = present;
    }
    return present;
  }

  @Override
  boolean isSameForm(RegisteredKeyValueStateBackendMetaInfo<N, Map<UK, UV>> changed) {
    return userKeys.isSameForm(wrappedUserKeys(changed))
        && values.isSameForm(wrappedValues(changed));
  }

  @Override
  void setSerializers(RegisteredKeyValueStateBackendMetaInfo<N, Map<UK, UV>> changed) {
    userKeys = wrappedUserKeys(changed);
    values = wrappedValues(changed);
  }

  @Override
  void replaceSerializers(RegisteredKeyValueStateBackendMetaInfo<N, Map<UK, UV>> changed) {
    boolean unusedKeys = userKeys.replace(wrappedUserKeys(changed));
    boolean unusedValues = values.replace(wrappedValues(changed));
  }

  @Override
  EntryRewriting rewriting(
      RegisteredKeyValueStateBackendMetaInfo<N, Map<UK, UV>> changed,
      @Nullable TypeSerializer<Map<UK, UV>> previous,
      TtlTimeProvider time) {
    Migration<UV> migration =
        previous == null
            ? null
            : new Migration<>(
                Parts.values(previous), Parts.values(changed.getStateSerializer()), time);
    FieldRewriting<UK> keyFields = new FieldRewriting<>(userKeys, wrappedUserKeys(changed), null);
    FieldRewriting<UV> valueFields =
        new FieldRewriting<>(values, wrappedValues(changed), migration);
    return (page, out) -> {
      while (page.remaining() > 0) {
        keyFields.rewrite(page, out);
        valueFields.rewrite(page, out);
      }
    };
  }

  @Override
  void rewrite(EntryRewriting rewriting, Set<String> restored) {
    table = store.rewrite(tableName(), this::newTable, rewriting);
    if (nulls != null || restored.contains(nullsName())) {
      // User keys are never migrated, and marks have but one form.
      nulls =
          store.rewrite(
              nullsName(),
              this::newNulls,
              (page, out) -> out.write(page.array(), page.position(), page.remaining()));
    }
  }

  @Override
  void load(int keyGroup, CanonicalEntries entries) {
    LoadedEntries.OfMaps loaded =
        new LoadedEntries.OfMaps(
            entries, keyLayout(), wrappedKeys(), namespaces(), userKeys, values);
    maps().load(keyGroup, loaded);
    if (!loaded.nulls().isEmpty()) {
      nulls().load(keyGroup, new LoadedEntries.OfNulls(loaded.nulls()));
    }
  }

  @Override
  CanonicalForm canonicalForm(FlinkImage image) {
    KeyLayout layout = keyLayout();
    CanonicalForm withValues =
        CanonicalForm.ofMaps(
            image, tableName(), layout, userKeys.fixedLength(), values.fixedLength(), filter());
    return image.has(nullsName())
        ? CanonicalForm.inTurn(
            withValues,
            CanonicalForm.ofMaps(
                image, nullsName(), layout, userKeys.fixedLength(), null, CanonicalForm.Bytes.ALL))
        : withValues;
  }

  /** Returns the value of a user key, {@code null} if there is none or it is {@code null}. */
  @Nullable UV get(KeyContext<K> key, N namespace, UK userKey) {
    return maps().get(key, namespace, userKey);
  }

  void put(KeyContext<K> key, N namespace, UK userKey, @Nullable UV value) {
    if (value == null) {
      maps().remove(key, namespace, userKey);
      nulls().put(key, namespace, userKey, NULL_MARK);
    } else {
      maps().put(key, namespace, userKey, value);
      if (nulls != null) {
        nulls.remove(key, namespace, userKey);
      }
    }
  }

  void remove(KeyContext<K> key, N namespace, UK userKey) {
    maps().remove(key, namespace, userKey);
    if (nulls != null) {
      nulls.remove(key, namespace, userKey);
    }
  }

  boolean contains(KeyContext<K> key, N namespace, UK userKey) {
    return maps().contains(key, namespace, userKey)
        || (nulls != null && nulls.contains(key, namespace, userKey));
  }

  boolean isEmpty(KeyContext<K> key, N namespace) {
    return maps().isEmpty(key, namespace) && (nulls == null || nulls.isEmpty(key, namespace));
  }

  /** Returns the entries with values. */
  Iterator<Map.Entry<UK, UV>> iterator(KeyContext<K> key, N namespace) {
    return maps().iterator(key, namespace);
  }

  /** Returns the entries without values, or {@code null} if there never was one. */
  @Nullable Iterator<Map.Entry<UK, Byte>> nullIterator(KeyContext<K> key, N namespace) {
    return nulls == null ? null : nulls.iterator(key, namespace);
  }

  @Override
  @Nullable Map<UK, UV> get(KeyContext<K> key, N namespace) {
    Map<UK, UV> all = new HashMap<>();
    iterator(key, namespace).forEachRemaining(e -> all.put(e.getKey(), e.getValue()));
    Iterator<Map.Entry<UK, Byte>> withoutValue = nullIterator(key, namespace);
    if (withoutValue != null) {
      withoutValue.forEachRemaining(e -> putNull(all, e.getKey()));
    }
    return all.isEmpty() ? null : all;
  }

  @SuppressWarnings("NullAway") // a map of Flink's user may hold null
  private static <UK, UV> void putNull(Map<UK, UV> map, UK userKey) {
    map.put(userKey, null);
  }

  @Override
  void set(KeyContext<K> key, N namespace, Map<UK, UV> value) {
    clear(key, namespace);
    value.forEach((userKey, userValue) -> put(key, namespace, userKey, userValue));
  }

  @Override
  void clear(KeyContext<K> key, N namespace) {
    maps().clear(key, namespace);
    if (nulls != null) {
      nulls.clear(key, namespace);
    }
  }

  /** Counts maps; one of which all values are null counts too, one with both kinds twice. */
  @Override
  long entryCount() {
    if (table == null) {
      return 0;
    }
    long withValues = store.entryCount(tableName(), maps());
    return nulls == null ? withValues : withValues + store.entryCount(nullsName(), nulls);
  }
}
