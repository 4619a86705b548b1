package dev.fairlead.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class LoneNodeTest {

  @Test
  void isTheOnlyNode(Vertx vertx) {
    LoneNode node = new LoneNode(vertx);
    assertThat(node.nodes()).containsExactly(node.id());
    assertThat(node.address()).isNull();
    assertThat(node.vertx()).isSameAs(vertx);
  }

  @Test
  void hasAnIdOfItsOwn(Vertx vertx) {
    assertThat(new LoneNode(vertx).id()).isNotEqualTo(new LoneNode(vertx).id());
  }
}
