package dev.fairlead.cluster.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.lease.Lease.LeasePlan;
import dev.fairlead.cluster.lease.LeaseEntry.LeaseRow;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Ensures the order of allowing and writing. Provoked by two members that take turns with one
 * entry. A failure would be a permit that two members may use, or one that none may.
 */
class LeaseTest {
  private final Member a = new Member("a");
  private final Member b = new Member("b");
  private LeaseEntry entry = LeaseEntry.NONE;

  private final class Member {
    private final FakeLeaseContext context;
    private final FakeLeased web = new FakeLeased("web", 100);
    private final Lease lease;

    private Member(String id) {
      context = new FakeLeaseContext(id);
      lease =
          new Lease(context, new LeaseReclaimer(context::monotonic, context.runningTime()), web);
    }

    private LeasePlan plan() {
      return lease.plan(entry).orElseThrow();
    }

    private void write(LeasePlan plan) {
      entry = plan.next();
      lease.written(plan);
    }

    private int held() {
      return entry.row(context.self()).held();
    }
  }

  /** The example of the type's comment. */
  @Test
  void surplusMovesFromTheIdleToTheShortMember() {
    a.web.inUse(30).wanted(30);
    a.write(a.plan());
    a.web.wanted(0);
    assertThat(a.held()).isEqualTo(a.web.allowed()).isGreaterThanOrEqualTo(60);
    b.web.wanted(50);
    LeasePlan first = b.plan();
    assertThat(b.web.allowed()).isZero();
    b.write(first);
    assertThat(b.web.allowed()).isEqualTo(100 - a.held());
    assertThat(b.lease.takeRequest()).isTrue();
    assertThat(a.lease.requested()).isTrue();
    LeasePlan surplus = a.plan();
    assertThat(a.web.allowed()).isEqualTo(40);
    a.write(surplus);
    assertThat(a.held()).isEqualTo(40);
    b.write(b.plan());
    assertThat(b.web.allowed()).isEqualTo(b.held()).isEqualTo(60);
  }

  @Test
  void surplusIsDueAfterASecond() {
    a.web.wanted(80);
    a.write(a.plan());
    a.web.wanted(0);
    assertThat(a.lease.isDue()).isFalse();
    a.context.pass(999);
    assertThat(a.lease.isDue()).isFalse();
    a.context.pass(1);
    assertThat(a.lease.isDue()).isTrue();
    a.write(a.plan());
    assertThat(a.web.allowed()).isEqualTo(13);
    assertThat(a.lease.isDue()).isFalse();
  }

  @Test
  void permitTakenBeforeTheAllowanceWasLoweredIsNotGivenBack() {
    a.web.wanted(80);
    a.write(a.plan());
    a.web.onAllow(allowed -> a.web.inUse(20)).wanted(0);
    a.lease.isDue();
    a.context.pass(1_000);
    LeasePlan plan = a.plan();
    assertThat(a.web.allowed()).isEqualTo(13);
    assertThat(plan.next().row("a")).isEqualTo(new LeaseRow(20, 20, 0));
  }

  @Test
  void retiredLeaseAllowsNothingAndRemovesItsRow() {
    a.web.wanted(10);
    a.write(a.plan());
    assertThat(a.lease.hasNoRow()).isFalse();
    a.lease.retire();
    assertThat(a.web.allowed()).isZero();
    a.write(a.plan());
    assertThat(entry.rows()).isEmpty();
    assertThat(a.lease.hasNoRow()).isTrue();
    assertThat(a.lease.plan(LeaseEntry.NONE)).isEqualTo(Optional.empty());
  }

  @Test
  void writeOfALimitThatChangedMeanwhileAllowsNothing() {
    a.web.wanted(10);
    LeasePlan plan = a.plan();
    a.web.limit(5);
    a.write(plan);
    assertThat(a.web.allowed()).isZero();
    assertThat(a.lease.isDue()).isTrue();
    a.write(a.plan());
    assertThat(a.web.allowed()).isLessThanOrEqualTo(5);
  }
}
