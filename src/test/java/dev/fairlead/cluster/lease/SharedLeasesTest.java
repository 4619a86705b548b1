package dev.fairlead.cluster.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.OnContext;
import dev.fairlead.cluster.lease.Leases.SharedLeases;
import dev.fairlead.cluster.node.LoneNode;
import dev.fairlead.cluster.rows.RowContext;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedLeasesTest {
  private final Vertx vertx = Vertx.vertx();
  private SharedLeases leases;

  @BeforeEach
  void open() {
    leases =
        new SharedLeases(
            RowContext.of(new LoneNode(vertx), () -> false),
            OnContext.done(vertx.sharedData().<String, String>getAsyncMap(SharedLeases.MAP)));
  }

  @AfterEach
  void close() {
    OnContext.done(vertx.close());
  }

  private static Buffer request(String member, String key) {
    return new JsonObject().put("member", member).put("key", key).toBuffer();
  }

  @Test
  void requestOfAPeerNamesAKey() {
    assertThat(leases.requestedKey(request("peer", "listener/web/rate")))
        .contains("listener/web/rate");
    assertThat(leases.requestedKey(request(leases.self(), "listener/web/rate"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "no json", "null", "7", "[]", "{}", "{\"member\":\"peer\",\"key\":null}"})
  void anyOtherTextIsNoRequest(String text) {
    assertThat(leases.requestedKey(Buffer.buffer(text))).isEmpty();
  }

  @Test
  void anyOtherBodyIsNoRequest() {
    assertThat(leases.requestedKey("text")).isEmpty();
    assertThat(leases.requestedKey(null)).isEmpty();
  }

  @Test
  void compareAndSetReplacesOnlyWhatWasRead() {
    assertThat(done("a", null, "1")).isTrue();
    assertThat(done("a", null, "2")).isFalse();
    assertThat(done("a", "0", "2")).isFalse();
    assertThat(done("a", "1", "2")).isTrue();
    assertThat(OnContext.done(leases.get("a"))).isEqualTo("2");
    assertThat(done("a", "1", null)).isFalse();
    assertThat(done("a", "2", null)).isTrue();
    assertThat(OnContext.done(leases.get("a"))).isNull();
  }

  private boolean done(String key, String before, String after) {
    return OnContext.done(leases.compareAndSet(key, before, after));
  }
}
