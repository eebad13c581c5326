// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapState;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.OperatorStateBackend;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.testkit.TestStore.Content;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What was closed answers with an error and not with a wrong value; closing twice is harmless. */
public abstract class CloseContract extends BackendContract {
  private static final ValueStateDescriptor<String> VALUE =
      ValueStateDescriptor.of("value", Serializers.STRING);
  private static final ListStateDescriptor<String> LIST =
      ListStateDescriptor.of("list", Serializers.STRING);
  private static final MapStateDescriptor<String, String> MAP =
      MapStateDescriptor.of("map", Serializers.STRING, Serializers.STRING);

  /** Creates the contract, for one test. */
  protected CloseContract() {}

  private static void assertClosed(String what, ThrowingCallable use) {
    assertThatThrownBy(use).as("%s after close", what).isInstanceOf(StateClosedException.class);
  }

  /** What is closed may go on answering, as it did, or refuse to; it must not answer otherwise. */
  private static void assertSameOrClosed(String what, Object expected, Supplier<Object> use) {
    Object answer;
    try {
      answer = use.get();
    } catch (StateClosedException e) {
      return;
    }
    assertThat(answer)
        .as("%s after close: as before, unless it is a StateClosedException", what)
        .isEqualTo(expected);
  }

  @Test
  final void close_handlesAreClosed() {
    TestOperator<String> operator = start(1);
    KeyedStateBackend<String> keyed = operator.keyed();
    ValueState<String> value = keyed.value(VALUE);
    ListState<String> list = keyed.list(LIST);
    MapState<String, String> map = keyed.map(MAP);
    keyed.setCurrentKey("a");
    value.update("v");
    operator.close();

    assertClosed("ValueState.value", value::value);
    assertClosed("ValueState.update", () -> value.update("w"));
    assertClosed("ValueState.clear", value::clear);
    assertClosed("ListState.iterator", list::iterator);
    assertClosed("ListState.get", list::get);
    assertClosed("ListState.add", () -> list.add("e"));
    assertClosed("ListState.addAll", () -> list.addAll(List.of("e")));
    assertClosed("MapState.get", () -> map.get("u"));
    assertClosed("MapState.put", () -> map.put("u", "w"));
    assertClosed("MapState.iterator", map::iterator);
    assertClosed("MapState.isEmpty", map::isEmpty);
    assertClosed("setCurrentKey", () -> keyed.setCurrentKey("b"));
    assertClosed("currentKey", keyed::currentKey);
    assertClosed("clearCurrentKey", keyed::clearCurrentKey);
    assertClosed("keys", () -> keyed.keys(VALUE));
    assertClosed("entryCount", () -> keyed.entryCount(VALUE));
    assertClosed("declaring a state", () -> keyed.value(VALUE));
    assertThatCode(operator::close).as("closing twice").doesNotThrowAnyException();
  }

  @Test
  final void close_operatorStateIsClosed() {
    TestOperator<String> operator = start(1);
    OperatorStateBackend state = operator.operatorState(0);
    ListState<String> list = state.splitList(LIST);
    MapState<String, String> map = state.broadcastMap(MAP);
    operator.close();

    assertClosed("ListState.get", list::get);
    assertClosed("ListState.add", () -> list.add("e"));
    assertClosed("MapState.put", () -> map.put("u", "w"));
    assertClosed("declaring a state", () -> state.splitList(LIST));
  }

  @Test
  final void close_streamOfKeysInUse() {
    TestOperator<String> operator = start(1);
    KeyedStateBackend<String> keyed = operator.keyed();
    ValueState<String> value = keyed.value(VALUE);
    for (int i = 0; i < 10; i++) {
      keyed.setCurrentKey("key-" + i);
      value.update("v");
    }
    try (Stream<String> keys = keyed.keys(VALUE)) {
      Iterator<String> iterator = keys.iterator();
      iterator.next();
      operator.close();

      assertClosed("the stream of keys", () -> iterator.forEachRemaining(key -> {}));
    }
  }

  @Test
  final void close_storeWithImageAndCursorInUse() {
    TestStore store = openStore();
    for (int i = 0; i < 100; i++) {
      store.values().put(store.at("key-" + i), "", List.of(1L));
    }
    FrozenStore image = store.freeze();
    Content expected = TestStore.read(image);
    EntryCursor entries = image.entries("values", 0);
    int count = TestStore.count(entries);
    EntryCursor begun = image.entries("values", 0);
    begun.next();
    store.close();

    assertSameOrClosed("entries of a cursor", count, () -> 1 + TestStore.count(begun));
    assertSameOrClosed("content of the image", expected, () -> TestStore.read(image));
    assertSameOrClosed("content of the store", expected, store::content);
    assertThatCode(
            () -> {
              entries.close();
              entries.close();
              begun.close();
              image.close();
              image.close();
              store.close();
            })
        .as("closing cursors, image and store after the store, twice")
        .doesNotThrowAnyException();
  }

  @Test
  final void close_cursor() {
    TestStore store = openStore();
    store.values().put(store.at("a"), "", List.of(1L));
    try (FrozenStore image = store.freeze()) {
      Content expected = TestStore.read(image);
      EntryCursor entries = image.entries("values", 0);
      entries.close();

      assertThatCode(entries::close).as("closing a cursor twice").doesNotThrowAnyException();
      assertThat(TestStore.read(image))
          .as("the image after one cursor was closed")
          .isEqualTo(expected);
    }
  }

  @Test
  final void close_oneStoreOfSeveral() {
    TestStore first = openStore();
    TestStore second = openStore();
    second.values().put(second.at("a"), "", List.of(1L));
    first.close();

    assertThat(second.values().get(second.at("a"), ""))
        .as("value in a store after another store of the backend was closed")
        .containsExactly(1L);
    assertThat(second.content().values()).as("its image").hasSize(1);
  }

  @Test
  final void close_backendClosesItsStores() {
    TestStore store = openStore();
    store.values().put(store.at("a"), "", List.of(1L));
    Content expected = store.content();
    backend().close();

    assertSameOrClosed("content of a store of the backend", expected, store::content);
    assertSameOrClosed(
        "content of a new store",
        TestStore.emptyContent(),
        () -> {
          try (TestStore late = new TestStore(backend())) {
            return late.content();
          }
        });
    assertThatCode(backend()::close).as("closing a backend twice").doesNotThrowAnyException();
    assertThatCode(store::close).as("closing a store after its backend").doesNotThrowAnyException();
  }

  @Test
  final void open_storesAreIndependent() {
    TestStore first = openStore();
    TestStore second = openStore();
    first.values().put(first.at("a"), "", List.of(1L));

    assertThat(second.values().get(second.at("a"), ""))
        .as("value in a store after another store of the same operator was written")
        .isNull();
  }

  @Test
  final void open_afterCloseIsEmpty() {
    TestStore first = openStore();
    first.values().put(first.at("a"), "", List.of(1L));
    first.close();

    assertThat(openStore().content())
        .as("a store opened where another one was closed: state comes back only by restoring")
        .isEqualTo(TestStore.emptyContent());
  }
}
