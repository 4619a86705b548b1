package dev.fairlead.cluster.rows;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class PeerRowTest {
  private final PeerRow row = new PeerRow();
  private long now = 100;

  private String whole(long seq, String fields) {
    return row.whole(seq, new JsonObject(fields), now).encode();
  }

  private String changes(long seq, String changes) {
    return row.changes(seq, new JsonObject(changes), now).encode();
  }

  @Test
  void changesAloneMakeNoRow() {
    assertThat(changes(3, "{\"a\":1}")).isEqualTo("{}");
    assertThat(row.inUse()).isFalse();
  }

  @Test
  void changesBeforeTheWholeRowAreKept() {
    changes(3, "{\"a\":9,\"b\":null}");
    assertThat(whole(2, "{\"a\":1,\"b\":2,\"c\":3}")).isEqualTo("{\"a\":9,\"c\":3}");
    assertThat(row.inUse()).isTrue();
  }

  @Test
  void onlyDifferencesAreReported() {
    whole(1, "{\"a\":1,\"b\":2}");
    assertThat(changes(2, "{\"a\":1,\"b\":3,\"c\":null}")).isEqualTo("{\"b\":3}");
    assertThat(whole(3, "{\"a\":1,\"b\":3}")).isEqualTo("{}");
  }

  @Test
  void olderChangeDoesNotReplaceANewerOne() {
    whole(5, "{\"a\":1}");
    assertThat(changes(7, "{\"b\":2}")).isEqualTo("{\"b\":2}");
    assertThat(changes(6, "{\"b\":9,\"c\":4}")).isEqualTo("{\"c\":4}");
    assertThat(changes(7, "{\"b\":8}")).isEqualTo("{}");
    assertThat(changes(4, "{\"d\":1}")).isEqualTo("{}");
  }

  @Test
  void wholeRowReplacesAllFieldsThatAreNotNewer() {
    whole(5, "{\"a\":1,\"b\":1}");
    changes(7, "{\"c\":1,\"a\":null}");
    assertThat(whole(6, "{\"a\":2}")).isEqualTo("{\"b\":null}");
    assertThat(whole(8, "{\"a\":2}")).isEqualTo("{\"a\":2,\"c\":null}");
    assertThat(whole(8, "{\"x\":1}")).isEqualTo("{}");
  }

  @Test
  void lostChangeIsRepairedByTheNextWholeRowWhileNewerChangesStay() {
    whole(1, "{\"a\":1}");
    changes(3, "{\"b\":1}");
    changes(5, "{\"b\":2}");
    assertThat(whole(4, "{\"a\":7,\"b\":1}")).isEqualTo("{\"a\":7}");
  }

  @Test
  void droppedRowNeedsSomethingNewerAndWhole() {
    whole(5, "{\"a\":1}");
    row.drop();
    assertThat(whole(5, "{\"a\":1}")).isEqualTo("{}");
    assertThat(changes(6, "{\"b\":1}")).isEqualTo("{}");
    assertThat(row.inUse()).isFalse();
    assertThat(whole(7, "{\"a\":2,\"b\":1}")).isEqualTo("{\"a\":2,\"b\":1}");
  }

  @Test
  void forgedChangeOutlivesOneWholeRowAndNoSecond() {
    whole(5, "{\"a\":1}");
    changes(500, "{\"a\":7,\"b\":7}");
    assertThat(whole(6, "{\"a\":1}")).isEqualTo("{}");
    assertThat(whole(7, "{\"a\":1}")).isEqualTo("{\"a\":1,\"b\":null}");
    assertThat(changes(8, "{\"a\":2}")).isEqualTo("{\"a\":2}");
  }

  @Test
  void wholeRowOfTheMapWinsWithAnyNumber() {
    whole(Long.MAX_VALUE, "{\"a\":7,\"b\":7}");
    now = 200;
    assertThat(whole(5, "{\"a\":1}")).isEqualTo("{\"a\":1,\"b\":null}");
    assertThat(row.renewedAt()).isEqualTo(200);
    assertThat(changes(6, "{\"a\":2}")).isEqualTo("{\"a\":2}");
  }

  @Test
  void onlyANumberFarAheadOfARowInUseIsALeap() {
    assertThat(row.isLeap(5000)).isFalse();
    whole(5000, "{}");
    assertThat(row.isLeap(6000)).isFalse();
    assertThat(row.isLeap(6001)).isTrue();
    assertThat(row.isLeap(Long.MAX_VALUE)).isTrue();
    assertThat(row.isLeap(4000)).isFalse();
  }

  @Test
  void onlyNewerNumbersRenew() {
    whole(5, "{\"a\":1}");
    now = 200;
    whole(5, "{\"a\":1}");
    changes(4, "{}");
    assertThat(row.renewedAt()).isEqualTo(100);
    changes(6, "{}");
    assertThat(row.renewedAt()).isEqualTo(200);
  }
}
