// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.statebackend.api.Compatibility;
import io.statebackend.api.DefaultValue;
import io.statebackend.api.FormerNames;
import io.statebackend.api.TypeSerializer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What annotations say of records can be said from outside. */
final class RecordSerializerBuilderTest {

  record Line(String article, int count) {}

  record Order(long id, Line line) {}

  record NewLine(String product, int count, String unit) {}

  record NewOrder(
      long number, NewLine line, @DefaultValue("USD") String currency, List<String> tags) {}

  private static final TypeSerializer<Order> STORED = Serializers.record(Order.class);

  private static <R> R migrate(TypeSerializer<R> declared, Order order) {
    var answer = (Compatibility.AfterMigration<R>) declared.compatibility(STORED.schema());
    return Bytes.read(answer.reader(), Bytes.of(STORED, order));
  }

  @Test
  void build_formerNamesAndDefaultValues() {
    List<String> tags = new ArrayList<>(List.of("old"));
    TypeSerializer<NewOrder> declared =
        Serializers.recordBuilder(NewOrder.class)
            .formerName("number", "nr")
            .formerName("number", "id")
            .formerName(NewLine.class, "product", "article")
            .defaultValue(NewLine.class, "unit", "kg")
            .defaultValue("currency", "EUR")
            .defaultValue("tags", tags)
            .build();

    NewOrder first = migrate(declared, new Order(1, new Line("a", 2)));
    NewOrder second = migrate(declared, new Order(2, new Line("b", 3)));

    assertThat(first).isEqualTo(new NewOrder(1, new NewLine("a", 2, "kg"), "EUR", List.of("old")));
    assertThat(second.tags()).isEqualTo(tags).isNotSameAs(first.tags()).isNotSameAs(tags);
    assertThat(Bytes.of(declared, first))
        .isEqualTo(Bytes.of(Serializers.record(NewOrder.class), first));
  }

  record Renamed(@FormerNames("a") int c) {}

  @Test
  void build_formerNames_areAddedToThoseOfTheAnnotation() {
    record A(int a) {}
    record B(int b) {}
    TypeSerializer<Renamed> declared =
        Serializers.recordBuilder(Renamed.class).formerName("c", "b").build();
    for (TypeSerializer<?> stored :
        List.of(Serializers.record(A.class), Serializers.record(B.class))) {
      assertThat(declared.compatibility(stored.schema())).isInstanceOf(Compatibility.AsIs.class);
    }
  }

  @Test
  void formerName_unknownComponent() {
    var builder = Serializers.recordBuilder(Order.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.formerName("price", "cost"))
        .withMessage(
            "no component 'price' in " + Order.class.getTypeName() + "; components=[id, line]");
  }

  @Test
  void formerName_taken() {
    var builder = Serializers.recordBuilder(Order.class).formerName("line", "id");
    assertThatIllegalArgumentException()
        .isThrownBy(builder::build)
        .withMessage(
            "former name 'id' of component %s.line is taken: a name stands for one component",
            Order.class.getTypeName());
  }

  @Test
  void defaultValue_ofAnotherType() {
    var builder = Serializers.recordBuilder(Order.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.defaultValue("id", 1))
        .withMessage(
            "the default value of %s.id is not of its type: type=long, value=1 of"
                + " java.lang.Integer",
            Order.class.getTypeName());
  }
}
