package dev.fairlead.pool.sticky;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.PoolConfig.Stickiness;
import dev.fairlead.pool.sticky.StickyTable.KeptNews;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StickyTableTest {
  private static final Duration TTL = Duration.ofMinutes(30);

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);
  private final StickyTable table = table(TTL, 100);

  private StickyTable table(Duration ttl, int size) {
    return new StickyTable(new Stickiness(ttl, size), nanos::get, () -> 1_000);
  }

  private static InetAddress source(int index) {
    try {
      return InetAddress.getByAddress(new byte[] {10, 0, (byte) (index >> 8), (byte) index});
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static String backendOf(StickyTable of, int source) {
    KeptSource kept = of.find(source(source));
    return kept == null ? null : kept.backend();
  }

  private void session(StickyTable of, int source, String backend) {
    of.keep(source(source), of.find(source(source)), backend);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void aSourceKeepsItsBackendForTheTimeSinceItsLastSessionBegan() {
    session(table, 1, "b1");
    pass(TTL.minusSeconds(1));
    assertThat(backendOf(table, 1)).isEqualTo("b1");
    session(table, 1, "b1");
    pass(TTL.minusSeconds(1));
    assertThat(backendOf(table, 1)).isEqualTo("b1");
    pass(Duration.ofSeconds(1));
    assertThat(backendOf(table, 1)).isNull();
    table.tidy();
    assertThat(table.count()).isZero();
  }

  @Test
  void aSourceThatGotAnotherBackendKeepsThatOne() {
    session(table, 1, "b1");
    session(table, 1, "b2");
    assertThat(backendOf(table, 1)).isEqualTo("b2");
  }

  @Test
  void aFullTableForgetsWhatWasUsedLongAgo() {
    for (int i = 0; i < 1_000; i++) {
      session(table, i, "b1");
      pass(Duration.ofMillis(1));
      session(table, 0, "b1");
    }
    assertThat(table.count()).isEqualTo(100);
    assertThat(backendOf(table, 0)).isEqualTo("b1");
  }

  @Test
  void aTableThatBecomesSmallerForgetsTheRest() {
    for (int i = 0; i < 100; i++) {
      session(table, i, "b1");
    }
    StickyTable smaller = table.with(new Stickiness(TTL, 10));
    smaller.tidy();
    assertThat(smaller.count()).isEqualTo(10);
    assertThat(smaller.takeNews(1_000)).allMatch(each -> each.backend().equals("b1"));
  }

  @Test
  void renewalsAreNewsOnceInATenthOfTheTime() {
    session(table, 1, "b1");
    assertThat(table.takeNews(10)).hasSize(1);
    for (int second = 0; second < TTL.toSeconds() - 1; second++) {
      pass(Duration.ofSeconds(1));
      session(table, 1, "b1");
    }
    assertThat(table.takeNews(10)).hasSize(1);
    int told = 0;
    for (int second = 0; second < TTL.toSeconds(); second++) {
      pass(Duration.ofSeconds(1));
      session(table, 1, "b1");
      told += table.takeNews(10).size();
    }
    assertThat(told).isBetween(9, 11);
  }

  @Test
  void whatAPeerToldIsNoNewsHere() {
    table.learn(new KeptNews(source(1), "b1", 900, 0));
    assertThat(backendOf(table, 1)).isEqualTo("b1");
    session(table, 1, "b1");
    assertThat(table.takeNews(10)).isEmpty();
    table.tellAll();
    table.tellAll();
    assertThat(table.takeNews(10)).containsExactly(new KeptNews(source(1), "b1", 900, 0));
  }

  @Test
  void theAgeOfAnEntryGoesWithIt() {
    session(table, 1, "b1");
    pass(Duration.ofMinutes(20));
    List<KeptNews> news = table.takeNews(10);
    StickyTable peer = table(TTL, 100);
    news.forEach(peer::learn);
    pass(Duration.ofMinutes(10));
    assertThat(backendOf(peer, 1)).isNull();
  }

  @Test
  void aChoiceAfterAFailureWinsWhateverTheClockSays() {
    table.learn(new KeptNews(source(1), "b1", 60_000, 0));
    session(table, 1, "b2");
    KeptNews told = table.takeNews(10).get(0);
    assertThat(told.backend()).isEqualTo("b2");
    assertThat(told.stamp()).isEqualTo(60_001);
    table.learn(new KeptNews(source(1), "b1", 60_000, 0));
    assertThat(backendOf(table, 1)).isEqualTo("b2");
  }

  @Test
  void theChoiceAfterTheTimeIsOverIsToldToThePeers() {
    session(table, 1, "b1");
    table.takeNews(10);
    pass(TTL);
    session(table, 1, "b2");
    List<KeptNews> news = table.takeNews(10);
    assertThat(news).extracting(KeptNews::backend).containsExactly("b2");
    assertThat(news.get(0).stamp()).as("later than that of b1").isGreaterThan(1_000);
    assertThat(table.count()).isEqualTo(1);
  }

  @Test
  void aStampOfFarAheadIsIgnored() {
    table.learn(new KeptNews(source(1), "b1", Long.MAX_VALUE, 0));
    assertThat(table.count()).isZero();
  }

  @Test
  void newsOfAReplacedSourceAreTakenInParts() {
    for (int i = 0; i < 50; i++) {
      session(table, i, "b1");
    }
    assertThat(table.takeNews(30)).hasSize(30);
    assertThat(table.takeNews(30)).hasSize(20);
    assertThat(table.takeNews(30)).isEmpty();
  }
}
