package dev.fairlead.cluster.rows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.FakeClock;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerRowsTest {
  private static final Duration DROP_AFTER = Duration.ofSeconds(3);
  private static final JsonObject FIELDS = new JsonObject().put("x", 1);

  private final FakeClock clock = new FakeClock();
  private final RecordedRows heard = new RecordedRows();
  private final PeerRows rows = new PeerRows(clock.running(), DROP_AFTER, heard);

  @Test
  void wholeRowIsReportedAlsoIfItIsEmpty() {
    rows.whole("a", 1, FIELDS);
    rows.whole("b", 1, new JsonObject());
    rows.whole("a", 2, FIELDS);
    assertThat(heard.heard()).containsExactly("a {\"x\":1}", "b {}");
  }

  @Test
  void changeOfAnUnknownRowLeadsToARead() {
    assertThat(rows.changes("a", 2, FIELDS)).isTrue();
    assertThat(heard.heard()).isEmpty();
    rows.whole("a", 1, new JsonObject());
    assertThat(rows.changes("a", 3, new JsonObject().put("y", 2))).isFalse();
    assertThat(heard.heard()).containsExactly("a {\"x\":1}", "a {\"y\":2}");
  }

  @Test
  void silentRowIsDroppedAndComesBackWhole() {
    rows.whole("a", 4, FIELDS);
    clock.pass(DROP_AFTER.minusNanos(1));
    rows.expire();
    assertThat(heard.take()).containsExactly("a {\"x\":1}");
    clock.pass(Duration.ofNanos(1));
    rows.expire();
    rows.expire();
    assertThat(heard.take()).containsExactly("gone a");
    rows.whole("a", 4, FIELDS);
    assertThat(rows.changes("a", 5, new JsonObject())).isTrue();
    assertThat(heard.take()).isEmpty();
    rows.whole("a", 6, FIELDS);
    assertThat(heard.take()).containsExactly("a {\"x\":1}");
  }

  @Test
  void rowStaysWhenItsRenewalsWaitedWhileThisProcessWasStopped() {
    rows.whole("a", 1, FIELDS);
    clock.pass(Duration.ofMillis(2_500));
    clock.skip(Duration.ofSeconds(60));
    rows.expire();
    rows.changes("a", 2, new JsonObject());
    clock.pass(Duration.ofSeconds(2));
    rows.expire();
    assertThat(heard.heard()).containsExactly("a {\"x\":1}");
  }

  @Test
  void silentRowIsDroppedAfterThisProcessWasStopped() {
    rows.whole("a", 1, FIELDS);
    clock.pass(Duration.ofSeconds(1));
    clock.skip(Duration.ofSeconds(60));
    rows.expire();
    clock.pass(DROP_AFTER);
    rows.expire();
    assertThat(heard.heard()).containsExactly("a {\"x\":1}", "gone a");
  }

  @Test
  void silentRowIsDroppedThoughOnlyTheExpiryMovesTheClock() {
    rows.whole("a", 1, FIELDS);
    for (int second = 1; second <= DROP_AFTER.toSeconds(); second++) {
      clock.skip(Duration.ofSeconds(1));
      rows.expire();
    }
    assertThat(heard.heard()).containsExactly("a {\"x\":1}", "gone a");
  }

  @Test
  void heartbeatsAndNewWholeRowsRenew() {
    rows.whole("a", 1, FIELDS);
    rows.whole("b", 1, FIELDS);
    clock.pass(Duration.ofSeconds(2));
    rows.changes("a", 2, new JsonObject());
    rows.whole("b", 2, FIELDS);
    clock.pass(Duration.ofSeconds(2));
    rows.expire();
    assertThat(heard.heard()).doesNotContain("gone a", "gone b");
  }

  @Test
  void oldCopyInTheMapRenewsNothing() {
    rows.whole("a", 1, FIELDS);
    clock.pass(Duration.ofSeconds(2));
    rows.whole("a", 1, FIELDS);
    clock.pass(Duration.ofSeconds(1));
    rows.expire();
    assertThat(heard.heard()).contains("gone a");
  }

  @Test
  void rowsWithoutADropTimeStay() {
    PeerRows lasting = new PeerRows(clock.running(), null, heard);
    lasting.whole("a", 1, FIELDS);
    clock.pass(Duration.ofHours(1));
    lasting.expire();
    assertThat(heard.heard()).containsExactly("a {\"x\":1}");
    assertThat(lasting.ageSeconds()).isEqualTo(3600);
  }

  @Test
  void rowOfANodeThatLeftIsDroppedAtOnceAndForgotten() {
    rows.whole("a", 5, FIELDS);
    rows.whole("b", 5, FIELDS);
    rows.left("a");
    rows.left("a");
    rows.retain(List.of("c"));
    assertThat(heard.take()).containsExactly("a {\"x\":1}", "b {\"x\":1}", "gone a", "gone b");
    rows.whole("a", 1, FIELDS);
    assertThat(heard.take()).containsExactly("a {\"x\":1}");
  }

  @Test
  void removalIsReportedOnce() {
    rows.whole("a", 1, FIELDS);
    rows.removed("a");
    rows.removed("a");
    rows.whole("a", 1, FIELDS);
    rows.removed("unknown");
    assertThat(heard.heard()).containsExactly("a {\"x\":1}", "gone a");
  }

  @Test
  void leapLeadsToAReadAndChangesNothing() {
    rows.whole("a", 1, FIELDS);
    assertThat(rows.changes("a", Long.MAX_VALUE, new JsonObject().put("x", 7))).isTrue();
    assertThat(rows.changes("a", 2, new JsonObject().put("y", 1))).isFalse();
    assertThat(heard.heard()).containsExactly("a {\"x\":1}", "a {\"y\":1}");
  }

  @Test
  void ageIsThatOfTheOldestRow() {
    assertThat(rows.ageSeconds()).isZero();
    rows.whole("a", 1, FIELDS);
    clock.pass(Duration.ofSeconds(1));
    rows.whole("b", 1, FIELDS);
    rows.expire();
    clock.pass(Duration.ofMillis(500));
    assertThat(rows.ageSeconds()).isEqualTo(1.5);
    rows.left("a");
    rows.expire();
    assertThat(rows.ageSeconds()).isEqualTo(0.5);
    rows.left("b");
    rows.expire();
    assertThat(rows.ageSeconds()).isZero();
  }
}
