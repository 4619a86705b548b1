package dev.fairlead.cluster.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.cluster.FakeClock;
import dev.fairlead.cluster.OnContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures when the timer of all tables is slow. Provoked by a clock that the test moves. A failure
 * would be a member that works although nothing happens, or one that publishes late.
 */
class TableTimerTest {
  private final Vertx vertx = Vertx.vertx();
  private final SharedNodes nodes = new SharedNodes(vertx);
  private final OnContext context = new OnContext(vertx);
  private final FakeClock clock = new FakeClock();
  private final AtomicBoolean hasSessions = new AtomicBoolean();
  private final WritableRow row = new WritableRow();
  private final RecordedRows heard = new RecordedRows();
  private final SharedNodes.Node node = nodes.join("a");
  private final TableTimer timer = new TableTimer(node, hasSessions::get, clock);
  private final FakeClock rowClock = new FakeClock();
  private final RowContext.RowTraffic traffic = new RowContext.RowTraffic();
  private final RowContext rowContext =
      new RowContext(node, rowClock, rowClock.running(), traffic, new RowOutage(), timer);
  private final ReplicatedTable rows =
      new ReplicatedTable(
          rowContext,
          new ReplicatedTable.Table("rows", "rows.changed", Duration.ofSeconds(3)),
          row,
          heard);

  @BeforeEach
  void start() {
    context.call(rows::start);
  }

  @AfterEach
  void close() {
    OnContext.done(vertx.close());
  }

  @Test
  void slowsDownAfterASecondWithoutAChange() {
    assertThat(timer.isIdle()).isFalse();
    clock.skip(Duration.ofSeconds(1));
    await().until(timer::isIdle);
    context.run(() -> row.set("x", 1));
    clock.skip(Duration.ofSeconds(1));
    await().until(() -> !timer.isIdle());
  }

  @Test
  void secondWithoutAChangeIsOneMessageToEachPeerForAllTables() {
    ReplicatedTable other =
        new ReplicatedTable(
            rowContext,
            new ReplicatedTable.Table("others", "others.changed", Duration.ofSeconds(3)),
            new WritableRow(),
            new RecordedRows());
    context.call(other::start);
    nodes.join("b");
    nodes.join("c");
    List<Map<String, RowMessage>> batches = new CopyOnWriteArrayList<>();
    MessageConsumer<Object> consumer = vertx.eventBus().consumer(RowBatch.ADDRESS);
    consumer.handler(batch -> batches.add(RowBatch.parse(batch.body())));
    OnContext.done(consumer.completion());
    long before = traffic.messages();
    clock.skip(Duration.ofSeconds(1));
    await().until(() -> !batches.isEmpty());
    assertThat(batches.get(0)).containsOnlyKeys("rows.changed", "others.changed");
    clock.skip(Duration.ofSeconds(1));
    await().until(() -> batches.size() == 2);
    assertThat(traffic.messages()).isEqualTo(before + 4);
  }

  @Test
  void tablesApplyTheirPartsOfABatch() {
    node.listen(rows);
    nodes.join("b");
    clock.skip(Duration.ofSeconds(1));
    await().until(timer::isIdle);
    JsonObject fields = new JsonObject().put("y", 1);
    RowMessage.WholeRow whole = new RowMessage.WholeRow(fields, List.of());
    RowBatch batch = new RowBatch();
    batch.add("unknown", new RowMessage("b", 1, fields, whole));
    batch.add("rows.changed", new RowMessage("b", 1, new JsonObject(), whole));
    vertx.eventBus().publish(RowBatch.ADDRESS, "no batch");
    vertx.eventBus().publish(RowBatch.ADDRESS, Buffer.buffer("{\"rows.changed\":7"));
    vertx.eventBus().publish(RowBatch.ADDRESS, Buffer.buffer("{\"rows.changed\":{\"seq\":7}}"));
    vertx.eventBus().publish(RowBatch.ADDRESS, batch.encode());
    await().until(() -> !heard.heard().isEmpty());
    assertThat(heard.heard()).containsExactly("b {\"y\":1}");
  }

  @Test
  void isNotSlowWhileThereAreSessions() {
    hasSessions.set(true);
    clock.skip(Duration.ofSeconds(1));
    context.run(() -> row.set("x", 1));
    await().until(() -> context.call(() -> Future.succeededFuture(row.whole())).containsKey("x"));
    assertThat(timer.isIdle()).isFalse();
  }

  @Test
  void wakingTicksAtOnceAndStaysFast() {
    clock.skip(Duration.ofSeconds(1));
    await().until(timer::isIdle);
    timer.wake();
    assertThat(timer.isIdle()).isFalse();
    timer.wake();
    context.run(() -> {});
    assertThat(timer.isIdle()).isFalse();
  }

  @Test
  void isNotSlowWhileTheRowOfAPeerIsLate() {
    node.listen(rows);
    nodes.join("b");
    RowMessage.WholeRow whole = new RowMessage.WholeRow(new JsonObject(), List.of());
    vertx
        .eventBus()
        .publish("rows.changed", new RowMessage("b", 1, new JsonObject(), whole).encode());
    await().until(() -> !heard.heard().isEmpty());
    clock.skip(Duration.ofSeconds(1));
    await().until(timer::isIdle);
    rowClock.pass(Duration.ofSeconds(2));
    await().until(() -> !timer.isIdle());
  }
}
