// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.core.host.EntryRewriting;
import io.statebackend.core.host.HostedStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.jspecify.annotations.Nullable;

/** A list per key and namespace. */
final class KeyedLists<K, N, E> extends KeyedTable<K, N, List<E>> {
  private Wrapped<E> elements;
  private @Nullable ListTable<K, N, E> table;

  KeyedLists(HostedStore<K> store, RegisteredKeyValueStateBackendMetaInfo<N, List<E>> meta) {
    super(store, meta);
    this.elements = wrapped(meta);
  }

  private static <E> Wrapped<E> wrapped(RegisteredKeyValueStateBackendMetaInfo<?, List<E>> meta) {
    return Wrapped.of(Parts.ofList(meta.getStateSerializer()).duplicate());
  }

  @Override
  List<String> createdTables() {
    return table == null ? List.of() : List.of(tableName());
  }

  @Override
  List<String> tableNames() {
    return List.of(tableName());
  }

  @Override
  @Nullable ListTable<K, N, E> table() {
    return table;
  }

  /** Returns the table, which is there: handles are made after it. */
  ListTable<K, N, E> lists() {
    return requireNonNull(table);
  }

  @Override
  void create(Set<String> restored) {
    if (table == null) {
      table = newTable();
    }
  }

  private ListTable<K, N, E> newTable() {
    return store.listTable(new TableSpec.OfLists<>(tableName(), namespaces(), elements));
  }

  @Override
  boolean isSameForm(RegisteredKeyValueStateBackendMetaInfo<N, List<E>> changed) {
    return elements.isSameForm(wrapped(changed));
  }

  @Override
  void setSerializers(RegisteredKeyValueStateBackendMetaInfo<N, List<E>> changed) {
    elements = wrapped(changed);
  }

  @Override
  void replaceSerializers(RegisteredKeyValueStateBackendMetaInfo<N, List<E>> changed) {
    boolean unused = elements.replace(wrapped(changed));
  }

  @Override
  EntryRewriting rewriting(
      RegisteredKeyValueStateBackendMetaInfo<N, List<E>> changed,
      @Nullable TypeSerializer<List<E>> previous,
      TtlTimeProvider time) {
    Migration<E> migration =
        previous == null
            ? null
            : new Migration<>(
                Parts.ofList(previous), Parts.ofList(changed.getStateSerializer()), time);
    FieldRewriting<E> fields = new FieldRewriting<>(elements, wrapped(changed), migration);
    return (page, out) -> {
      while (page.remaining() > 0) {
        fields.rewrite(page, out);
      }
    };
  }

  @Override
  void rewrite(EntryRewriting rewriting, Set<String> restored) {
    table = store.rewrite(tableName(), this::newTable, rewriting);
  }

  @Override
  void load(int keyGroup, CanonicalEntries entries) {
    lists()
        .load(
            keyGroup,
            new LoadedEntries.OfLists(entries, keyLayout(), wrappedKeys(), namespaces(), elements));
  }

  @Override
  CanonicalForm canonicalForm(FlinkImage image) {
    return CanonicalForm.ofLists(image, tableName(), keyLayout(), elements.fixedLength(), filter());
  }

  @Override
  @Nullable List<E> get(KeyContext<K> key, N namespace) {
    List<E> list = new ArrayList<>();
    lists().iterator(key, namespace).forEachRemaining(list::add);
    return list.isEmpty() ? null : list;
  }

  @Override
  void set(KeyContext<K> key, N namespace, List<E> value) {
    if (value.isEmpty()) {
      lists().clear(key, namespace);
    } else {
      lists().set(key, namespace, value);
    }
  }

  @Override
  void clear(KeyContext<K> key, N namespace) {
    lists().clear(key, namespace);
  }

  @Override
  long entryCount() {
    return table == null ? 0 : store.entryCount(tableName(), lists());
  }
}
