package dev.fairlead.cluster.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Ensures when a limit is reported exhausted, and how often peers are asked for surplus. */
class LeaseDemandTest {
  private final FakeLeased web = new FakeLeased("web", 100);
  private final LeaseDemand demand = new LeaseDemand();
  private long now = 7;

  private void refreshed(boolean isShort, boolean hasAll, boolean hasGrown) {
    demand.refreshed(web, now, isShort, hasAll, hasGrown);
  }

  private void pass(long millis) {
    now += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @Test
  void unmetDemandIsExhaustedAfterThePatience() {
    refreshed(true, false, false);
    pass(99);
    refreshed(true, false, false);
    assertThat(web.isExhausted()).isFalse();
    pass(1);
    refreshed(true, false, false);
    assertThat(web.isExhausted()).isTrue();
    refreshed(false, false, false);
    assertThat(web.isExhausted()).isFalse();
  }

  @Test
  void grantBeginsThePatienceAnew() {
    refreshed(true, false, false);
    pass(99);
    refreshed(true, false, true);
    pass(99);
    refreshed(true, false, false);
    assertThat(web.isExhausted()).isFalse();
    pass(1);
    refreshed(true, false, false);
    assertThat(web.isExhausted()).isTrue();
  }

  @Test
  void memberWithAllPermitsIsExhaustedAtOnce() {
    refreshed(true, true, true);
    assertThat(web.isExhausted()).isTrue();
    demand.met(web);
    assertThat(web.isExhausted()).isFalse();
  }

  @Test
  void newObjectOfTheSameLimitIsExhaustedToo() {
    FakeLeased next = new FakeLeased("web", 100);
    demand.followed(next);
    assertThat(next.isExhausted()).isFalse();
    refreshed(true, true, false);
    demand.followed(next);
    assertThat(next.isExhausted()).isTrue();
  }

  @Test
  void peersAreAskedOnceIn100Milliseconds() {
    assertThat(demand.takeRequest(now)).isFalse();
    demand.request();
    assertThat(demand.takeRequest(now)).isTrue();
    assertThat(demand.takeRequest(now)).isFalse();
    demand.request();
    pass(99);
    assertThat(demand.takeRequest(now)).isFalse();
    pass(1);
    assertThat(demand.takeRequest(now)).isTrue();
  }
}
