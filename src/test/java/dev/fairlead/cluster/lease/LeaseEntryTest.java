package dev.fairlead.cluster.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.lease.LeaseEntry.LeaseRow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeaseEntryTest {
  private static final LeaseEntry ENTRY =
      LeaseEntry.NONE
          .with("a", new LeaseRow(10, 4, 0))
          .with("b", new LeaseRow(20, 20, 7))
          .marked(9)
          .next(5);

  @Test
  void isStoredAsText() {
    String text =
        "{\"version\":5,\"restored\":9,\"rows\":{\"a\":{\"held\":10,\"used\":4,\"wanted\":0},"
            + "\"b\":{\"held\":20,\"used\":20,\"wanted\":7}}}";
    assertThat(ENTRY.encode()).isEqualTo(text);
    assertThat(LeaseEntry.parse(text)).isEqualTo(ENTRY);
    assertThat(LeaseEntry.NONE.encode()).isNull();
    assertThat(LeaseEntry.parse(null)).isEqualTo(LeaseEntry.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "7",
        "[]",
        "{}",
        "{\"version\":1,\"restored\":0,\"rows\":null}",
        "{\"version\":1,\"restored\":0,\"rows\":{\"a\":null}}",
        "{\"version\":1,\"restored\":0,\"rows\":{\"a\":7}}",
        "{\"version\":1,\"restored\":0,\"rows\":{\"a\":{\"held\":1,\"used\":1}}}",
        "{\"version\":1,\"restored\":0,\"rows\":{\"a\":{\"held\":\"1\",\"used\":1,\"wanted\":1}}}",
        "{\"version\":null,\"restored\":0,\"rows\":{}}",
        "{\"version\":1,\"restored\":\"x\",\"rows\":{}}"
      })
  void anyOtherTextIsNoEntry(String text) {
    assertThat(LeaseEntry.parse(text)).isEqualTo(LeaseEntry.NONE);
  }

  @Test
  void negativeCountsAreZero() {
    String text =
        "{\"version\":1,\"restored\":0,\"rows\":{\"a\":{\"held\":-9,\"used\":-1,\"wanted\":-2}}}";
    assertThat(LeaseEntry.parse(text).row("a")).isEqualTo(LeaseRow.NONE);
  }

  @Test
  void permitsOfAbsentMembersCountAsUsed() {
    LeaseEntry pinned = ENTRY.pinned("a"::equals);
    assertThat(pinned.row("a")).isEqualTo(new LeaseRow(10, 10, 0));
    assertThat(pinned.row("b")).isEqualTo(ENTRY.row("b"));
  }

  @Test
  void rowsAreSummedAndRemoved() {
    assertThat(ENTRY.held()).isEqualTo(30);
    assertThat(ENTRY.heldByOthers("a")).isEqualTo(20);
    assertThat(ENTRY.without("b"::equals).rows()).containsOnlyKeys("a");
    assertThat(ENTRY.with("a", LeaseRow.NONE).rows()).containsOnlyKeys("b");
    assertThat(ENTRY.isAnotherUnmet("a")).isTrue();
    assertThat(ENTRY.isAnotherUnmet("b")).isFalse();
  }

  /** So a delayed write, made from an older text, can never succeed. */
  @Test
  void everyChangeHasAnotherVersion() {
    assertThat(ENTRY.next(77).version()).isEqualTo(6);
    assertThat(LeaseEntry.NONE.next(77).version()).isEqualTo(77);
  }
}
