package dev.fairlead.cluster.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.lease.LeaseEntry.LeaseRow;
import dev.fairlead.testkit.Logs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ensures that refreshes of a key neither overlap, nor come too often, nor are forgotten. */
class LeaseRefreshTest {
  private final FakeLeaseContext map = new FakeLeaseContext();
  private final LeaseReclaimer reclaimer = new LeaseReclaimer(map::monotonic, map.runningTime());
  private final FakeOwner owner = new FakeOwner();
  private final FakeLeased web = new FakeLeased("web", 100).wanted(10);
  private final LeaseRefresh refresh = new LeaseRefresh(new Lease(map, reclaimer, web), map, owner);

  /** Ends each refresh as the keeper does. */
  private static final class FakeOwner implements LeaseRefresh.RefreshOwner {
    private boolean isActive = true;
    private int succeeded;
    private int failed;

    @Override
    public boolean isActive(LeaseRefresh one) {
      return isActive;
    }

    @Override
    public void succeeded(LeaseRefresh one, long permits) {
      succeeded++;
      one.end();
    }

    @Override
    public void failed(LeaseRefresh one, Throwable cause) {
      failed++;
      one.end();
    }
  }

  @BeforeEach
  void firstIsDone() {
    reclaimer.observe(map.nodes());
    refresh.request();
    map.gets.remove().complete(null);
    map.swaps.remove().complete(true);
    assertThat(owner.succeeded).isEqualTo(1);
  }

  @Test
  void requestsWithinTheIntervalAreOneRefresh() {
    refresh.request();
    refresh.request();
    assertThat(map.gets).isEmpty();
    assertThat(map.scheduled).hasSize(1);
    map.pass(20);
    map.scheduled.remove().run();
    assertThat(map.gets).hasSize(1);
  }

  @Test
  void requestDuringARefreshIsMetAfterIt() {
    map.pass(20);
    refresh.request();
    refresh.request();
    assertThat(map.gets).hasSize(1);
    map.pass(20);
    map.gets.remove().fail("no answer");
    assertThat(owner.failed).isEqualTo(1);
    assertThat(map.gets).hasSize(1);
  }

  @Test
  void scheduledRefreshOfARemovedKeyDoesNothing() {
    refresh.request();
    owner.isActive = false;
    map.pass(20);
    map.scheduled.remove().run();
    assertThat(map.gets).isEmpty();
  }

  @Test
  void lostRaceBeginsAgainWithARead() {
    String read = map.after;
    String changed = LeaseEntry.parse(read).with("b", new LeaseRow(50, 50, 0)).next(1).encode();
    web.wanted(100);
    map.pass(20);
    refresh.start();
    map.gets.remove().complete(read);
    map.swaps.remove().complete(false);
    assertThat(owner.succeeded).isEqualTo(1);
    map.gets.remove().complete(changed);
    assertThat(map.before).isEqualTo(changed);
    map.swaps.remove().complete(true);
    assertThat(owner.succeeded).isEqualTo(2);
    assertThat(web.allowed()).isEqualTo(50);
  }

  @Test
  void failedWriteIsReportedAndNotRepeated() {
    map.pass(20);
    refresh.start();
    map.gets.remove().complete(null);
    map.swaps.remove().fail("no answer");
    assertThat(owner.failed).isEqualTo(1);
    assertThat(refresh.isBusy()).isFalse();
    assertThat(map.gets).isEmpty();
  }

  @Test
  @Logs("refresh of the lease web failed")
  void bugWhileThePermitsAreAllowedEndsTheRefresh() {
    web.wanted(50)
        .onAllow(
            count -> {
              throw new IllegalStateException("a bug");
            });
    map.pass(20);
    refresh.start();
    map.gets.remove().complete(map.after);
    map.swaps.remove().complete(true);
    assertThat(owner.failed).isEqualTo(1);
    assertThat(refresh.isBusy()).isFalse();
  }

  @Test
  @Logs("refresh of the lease web failed")
  void bugWhileThePermitsAreTakenBackEndsTheRefresh() {
    web.wanted(0)
        .limit(5)
        .onAllow(
            count -> {
              throw new IllegalStateException("a bug");
            });
    map.pass(20);
    refresh.start();
    map.gets.remove().complete(map.after);
    assertThat(owner.failed).isEqualTo(1);
    assertThat(refresh.isBusy()).isFalse();
  }
}
