package dev.fairlead.cluster.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.cluster.FakeClock;
import dev.fairlead.cluster.OnContext;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.AsyncMap;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures what a table publishes and when, and which messages its readers apply. Provoked by
 * members on one Vert.x whose clocks and timers the test drives. A failure would be a row that is
 * out of date, outlives its owner or costs more messages than it should.
 */
class ReplicatedTableTest {
  private static final ReplicatedTable.Table TABLE =
      new ReplicatedTable.Table("rows", "rows.changed", Duration.ofSeconds(3));

  private final Vertx vertx = Vertx.vertx();
  private final SharedNodes nodes = new SharedNodes(vertx);
  private final List<RowMessage> messages = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    OnContext.done(vertx.close());
  }

  /** One member's end of the table. */
  private final class Member {
    private final OnContext context = new OnContext(vertx);
    private final FakeClock clock = new FakeClock();
    private final RecordedRows heard = new RecordedRows();
    private final WritableRow row = new WritableRow();
    private final RowContext.RowTraffic traffic = new RowContext.RowTraffic();
    private final SharedNodes.Node node;
    private final ReplicatedTable rows;

    private Member(String id) {
      node = nodes.join(id);
      rows =
          new ReplicatedTable(
              new RowContext(node, clock, clock.running(), traffic, new RowOutage()),
              TABLE,
              row,
              heard);
      node.listen(rows);
    }

    private Member open() {
      context.call(rows::open);
      return this;
    }

    private Member set(String name, Object value) {
      context.run(() -> row.set(name, value));
      return this;
    }

    private void tick() {
      context.run(rows::tick);
    }

    private void second() {
      context.run(rows::second);
    }

    /** Its change goes into the row without a message. */
    private void loseChanges() {
      context.run(row::changes);
    }

    private void hears(String... what) {
      await().untilAsserted(() -> assertThat(heard.heard()).containsExactly(what));
      heard.take();
    }
  }

  private void listen() {
    OnContext.done(
        vertx
            .eventBus()
            .<Buffer>consumer(
                TABLE.address(),
                message -> RowMessage.parse(message.body()).ifPresent(messages::add))
            .completion());
  }

  private AsyncMap<String, String> map() {
    return OnContext.done(vertx.sharedData().<String, String>getAsyncMap(TABLE.map()));
  }

  @Test
  void newMemberReadsAllRowsAndThePeersReceiveItsOwn() {
    Member first = new Member("a").set("x", 1).open();
    Member second = new Member("b").set("x", 2).open();
    assertThat(second.heard.take()).containsExactly("a {\"x\":1}");
    first.hears("b {\"x\":2}");
  }

  @Test
  void onlyChangesArePublishedAtTheNextTick() {
    Member writer = new Member("a").set("x", 1).set("y", 1).open();
    Member reader = new Member("b").open();
    assertThat(reader.heard.take()).hasSize(1);
    writer.set("x", 2).set("y", null).tick();
    reader.hears("a {\"x\":2,\"y\":null}");
  }

  @Test
  void unchangedRowIsOneMessageASecondAndNoWriteOfTheMap() {
    Member writer = new Member("a").set("x", 1).open();
    Member reader = new Member("b").open();
    writer.second();
    reader.second();
    writer.second();
    listen();
    long before = writer.traffic.messages();
    String stored = OnContext.done(map().get("a"));
    writer.tick();
    assertThat(writer.traffic.messages()).isEqualTo(before);
    writer.second();
    await().untilAsserted(() -> assertThat(messages).hasSize(1));
    assertThat(messages.get(0).changes()).isEmpty();
    assertThat(messages.get(0).whole().fields()).isEqualTo(new JsonObject().put("x", 1));
    assertThat(writer.traffic.messages()).isEqualTo(before + 1);
    assertThat(OnContext.done(map().get("a"))).isEqualTo(stored);
  }

  @Test
  void loneMemberSendsNothingAndWritesWhatChangesOrGetsOld() {
    Member writer = new Member("a").set("x", 1).open();
    String stored = OnContext.done(map().get("a"));
    writer.second();
    assertThat(OnContext.done(map().get("a"))).isEqualTo(stored);
    writer.clock.pass(RowStore.REWRITE);
    writer.second();
    await().untilAsserted(() -> assertThat(OnContext.done(map().get("a"))).isNotEqualTo(stored));
    writer.set("x", 2).second();
    await().untilAsserted(() -> assertThat(OnContext.done(map().get("a"))).contains("\"x\":2"));
    assertThat(writer.traffic.messages()).isZero();
  }

  @Test
  void rowOfAPeerWithoutMessagesIsReadFromTheMapAndTheOwnOneWrittenForIt() {
    Member member = new Member("b").set("x", 1).open();
    nodes.join("silent");
    OnContext.done(map().put("silent", "{\"seq\":1,\"fields\":{\"y\":1}}"));
    member.second();
    member.hears("silent {\"y\":1}");
    String stored = OnContext.done(map().get("b"));
    OnContext.done(map().put("silent", "{\"seq\":2,\"fields\":{\"y\":2}}"));
    member.second();
    member.hears("silent {\"y\":2}");
    await().untilAsserted(() -> assertThat(OnContext.done(map().get("b"))).isNotEqualTo(stored));
  }

  @Test
  void rowIsWrittenEverySecondForAPeerThatMissesItsMessages() {
    Member member = new Member("b").set("x", 1).open();
    nodes.join("deaf");
    tell("deaf", 1, List.of());
    member.hears("deaf {\"y\":1}");
    String stored = OnContext.done(map().get("b"));
    member.second();
    assertThat(OnContext.done(map().get("b"))).isEqualTo(stored);
    tell("deaf", 2, List.of("b"));
    member.hears("deaf {\"y\":2}");
    member.second();
    await().untilAsserted(() -> assertThat(OnContext.done(map().get("b"))).isNotEqualTo(stored));
  }

  /** A whole row by message. */
  private void tell(String member, int y, List<String> missing) {
    RowMessage.WholeRow row = new RowMessage.WholeRow(new JsonObject().put("y", y), missing);
    Buffer message = new RowMessage(member, y, new JsonObject(), row).encode();
    vertx.eventBus().publish(TABLE.address(), message);
  }

  @Test
  void trafficIsCountedForEachOtherNode() {
    Member writer = new Member("a").open();
    assertThat(writer.traffic.messages()).isZero();
    new Member("b");
    new Member("c");
    listen();
    writer.set("x", 1).tick();
    await().untilAsserted(() -> assertThat(messages).hasSize(1));
    assertThat(writer.traffic.messages()).isEqualTo(2);
    assertThat(writer.traffic.bytes()).isEqualTo(2L * messages.get(0).encode().length());
  }

  @Test
  void lostChangeIsRepairedFromTheMap() {
    Member writer = new Member("a").set("x", 1).open();
    Member reader = new Member("b").open();
    writer.set("x", 2).loseChanges();
    writer.set("y", 1).tick();
    reader.hears("a {\"x\":1}", "a {\"y\":1}");
    writer.second();
    reader.second();
    reader.hears("a {\"x\":2}");
  }

  @Test
  void silentRowIsDroppedByTheReadersClockAndComesBackWithItsNextWholeRow() {
    Member writer = new Member("a").set("x", 1).open();
    Member reader = new Member("b").open();
    assertThat(reader.heard.take()).containsExactly("a {\"x\":1}");
    reader.clock.pass(Duration.ofSeconds(3));
    reader.second();
    reader.hears("gone a");
    reader.second();
    writer.set("x", 2).tick();
    writer.second();
    reader.hears("a {\"x\":2}");
  }

  @Test
  void rowOfAStoppedMemberIsDroppedAtOnceAndRemovedFromTheMap() {
    Member writer = new Member("a").set("x", 1).open();
    Member reader = new Member("b").open();
    assertThat(reader.heard.take()).hasSize(1);
    OnContext.done(writer.rows.stop());
    OnContext.done(writer.rows.stop());
    reader.hears("gone a");
    assertThat(OnContext.done(map().keys())).containsExactly("b");
    reader.second();
    assertThat(reader.heard.heard()).isEmpty();
  }

  @Test
  void forgedMessagesNeitherRemoveNorBlockARow() {
    Member writer = new Member("a").set("x", 1).open();
    Member reader = new Member("b").open();
    reader.hears("a {\"x\":1}");
    forge("a", null);
    forge("a", new JsonObject());
    forge("stranger", null);
    forge("stranger", new JsonObject().put("x", 7));
    writer.set("x", 2).tick();
    reader.hears("a {\"x\":2}");
    writer.set("x", 3).second();
    reader.second();
    reader.hears("a {\"x\":3}");
    OnContext.done(writer.rows.stop());
    reader.hears("gone a");
  }

  private void forge(String member, JsonObject changes) {
    vertx
        .eventBus()
        .publish(TABLE.address(), new RowMessage(member, Long.MAX_VALUE, changes).encode());
  }

  @Test
  void stopBeforeTheStartDoesNothing() {
    OnContext.done(new Member("a").rows.stop());
  }

  @Test
  void rowOfANodeThatLeftIsDroppedAtOnceAndNotReadAgain() {
    Member writer = new Member("a").set("x", 1).open();
    Member reader = new Member("b").open();
    assertThat(reader.heard.take()).hasSize(1);
    nodes.leave("a");
    reader.hears("gone a");
    writer.set("x", 2).tick();
    writer.second();
    reader.second();
    reader.second();
    assertThat(reader.heard.heard()).isEmpty();
  }

  @Test
  void missedDepartureIsNoticedWithinASecond() {
    new Member("a").set("x", 1).open();
    Member reader = new Member("b").open();
    reader.node.listen(null);
    nodes.leave("a");
    reader.second();
    reader.hears("a {\"x\":1}", "gone a");
  }

  @Test
  void mergeMakesAllMembersWriteAndReadRows() {
    Member writer = new Member("a").open();
    Member reader = new Member("b").open();
    reader.heard.take();
    writer.set("x", 1).loseChanges();
    writer.rows.merged();
    await().untilAsserted(() -> assertThat(OnContext.done(map().get("a"))).contains("\"x\":1"));
    reader.rows.merged();
    reader.hears("a {\"x\":1}");
  }

  @Test
  void malformedMessagesAndRowsAreIgnored() {
    Member reader = new Member("b").open();
    nodes.join("foreign");
    vertx.eventBus().publish(TABLE.address(), "text");
    vertx.eventBus().publish(TABLE.address(), Buffer.buffer("no json"));
    vertx.eventBus().publish(TABLE.address(), new JsonObject().put("seq", "1").toBuffer());
    OnContext.done(map().put("foreign", "no json"));
    reader.second();
    OnContext.done(map().put("foreign", "{\"seq\":\"x\"}"));
    reader.second();
    OnContext.done(map().put("foreign", "{\"seq\":1,\"fields\":{}}"));
    reader.second();
    reader.hears("foreign {}");
  }

  @Test
  void timersPublishChanges() {
    Member writer = new Member("a");
    Member reader = new Member("b");
    writer.context.call(writer.rows::start);
    reader.context.call(reader.rows::start);
    reader.hears("a {}");
    writer.set("x", 1);
    reader.hears("a {\"x\":1}");
    OnContext.done(writer.rows.stop());
    reader.hears("gone a");
  }
}
