package dev.fairlead.cluster.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.cluster.OnContext;
import dev.fairlead.cluster.rows.SharedNodes;
import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.HealthConfig;
import dev.fairlead.event.MemberInfo;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures which members probe a backend, and the verdict that follows. Provoked by members on one
 * Vert.x whose clocks and timers the test drives. A failure would be a backend without a prober, a
 * verdict that flaps, or members that disagree.
 */
class HealthTableTest {
  private static final HealthConfig HEALTH = HealthMember.health(2, Duration.ofSeconds(2));

  private final Vertx vertx = Vertx.vertx();
  private final SharedNodes nodes = new SharedNodes(vertx);
  private final List<HealthMember> all = new ArrayList<>();

  /** Two that probe, and one that does not. */
  private HealthMember first;

  private HealthMember second;
  private HealthMember third;

  @AfterEach
  void close() {
    OnContext.done(vertx.close());
  }

  private HealthMember join(String id) {
    HealthMember member = new HealthMember(id, nodes.join(id));
    all.add(member);
    return member;
  }

  /** Three members of which {@code first} and {@code second} probe. */
  private void three() {
    Stream.of("a", "b", "c").forEach(this::join);
    List<String> order = ProberChoice.choose(List.of("a", "b", "c"), HealthMember.KEY, 3);
    List<HealthMember> ordered =
        order.stream()
            .map(id -> all.stream().filter(one -> one.name.equals(id)).findFirst().orElseThrow())
            .toList();
    first = ordered.get(0);
    second = ordered.get(1);
    third = ordered.get(2);
    await().until(() -> all.stream().allMatch(member -> member.membership.members().size() == 3));
    all.forEach(HealthMember::open);
    exchange();
    first.awaitProbing(true);
    second.awaitProbing(true);
    third.awaitProbing(false);
  }

  /** All members write their rows, then read all. */
  private void exchange() {
    all.forEach(HealthMember::second);
    all.forEach(HealthMember::second);
  }

  /** Time passes on all members, and every row is renewed. */
  private void pass(long millis) {
    all.forEach(member -> member.clock.pass(Duration.ofMillis(millis)));
    await()
        .until(
            () -> {
              exchange();
              return all.stream().allMatch(member -> member.table.rows().ageSeconds() == 0);
            });
    all.forEach(HealthMember::second);
  }

  private void awaitHealthy(boolean is) {
    all.forEach(member -> member.awaitHealthy(is));
  }

  private void decide(HealthMember member, boolean up) {
    member.says(up);
    member.tick();
  }

  private void allDown() {
    decide(first, false);
    decide(second, false);
    awaitHealthy(false);
  }

  private void forget() {
    all.forEach(HealthMember::heard);
  }

  @Test
  void ownProberOfASingleMemberDecides() {
    HealthMember alone = join("a").open();
    assertThat(alone.heard()).containsExactly("probe null");
    alone.says(true);
    assertThat(alone.heard()).isEmpty();
    alone.says(false);
    alone.says(false);
    assertThat(alone.heard()).containsExactly("down: refused (a)");
    alone.says(true);
    assertThat(alone.heard()).containsExactly("up: probed by a");
    OnContext.done(alone.table.stop());
    assertThat(alone.heard()).containsExactly("stop");
  }

  @Test
  void downWhenEveryProberFindsItDownAndUpAsSoonAsOneFindsItUp() {
    three();
    decide(first, false);
    decide(second, true);
    exchange();
    assertThat(all).allMatch(HealthMember::isHealthy);
    forget();
    decide(second, false);
    awaitHealthy(false);
    assertThat(third.heard())
        .containsExactly("down: refused (" + first.name + ", " + second.name + ")");
    decide(first, true);
    awaitHealthy(true);
    assertThat(third.heard()).containsExactly("up: probed by " + first.name);
  }

  @Test
  void noProberIsLapsedByTimeInWhichThisProcessWasStopped() {
    three();
    forget();
    // Half a second is left; the clock runs on for one until it notices the pause.
    third.clock.pass(Duration.ofMillis(5_500));
    third.clock.skip(Duration.ofSeconds(60));
    third.second();
    third.tick();
    assertThat(third.heard()).isEmpty();
    third.clock.pass(Duration.ofSeconds(5));
    third.second();
    assertThat(third.heard()).as("both stay silent").containsExactly("probe null");
  }

  @Test
  void successorOfAProberStartsWithTheCurrentVerdict() {
    three();
    allDown();
    forget();
    nodes.leave(first.node.id());
    third.awaitProbing(true);
    exchange();
    assertThat(third.heard()).containsExactly("probe false");
    assertThat(second.heard()).isEmpty();
    decide(third, true);
    second.awaitHealthy(true);
    assertThat(second.heard()).containsExactly("up: probed by " + third.name);
  }

  @Test
  void newMemberTakesOverThePeersVerdict() {
    List<String> order = ProberChoice.choose(List.of("a", "b"), HealthMember.KEY, 2);
    HealthConfig one = HealthMember.health(1, Duration.ofSeconds(2));
    HealthMember older = join(order.get(1));
    older.apply(HealthMember.pool(one));
    older.open().says(false);
    exchange();
    HealthMember newcomer = join(order.get(0));
    newcomer.apply(HealthMember.pool(one));
    newcomer.open();
    exchange();
    newcomer.awaitHealthy(false);
    assertThat(newcomer.heard()).startsWith("probe false").hasSize(2);
    older.awaitProbing(false);
    assertThat(older.heard())
        .containsExactly("probe null", "down: refused (" + older.name + ")", "stop");
  }

  @Test
  void replacedProberRunsUntilItsSuccessorHasDecided() {
    List<String> order = ProberChoice.choose(List.of("a", "b"), HealthMember.KEY, 2);
    HealthConfig one = HealthMember.health(1, Duration.ofSeconds(2));
    HealthMember older = join(order.get(1));
    older.apply(HealthMember.pool(one));
    older.open();
    HealthMember newcomer = join(order.get(0));
    newcomer.apply(HealthMember.pool(one));
    newcomer.open();
    exchange();
    assertThat(older.isProbing()).isTrue();
    decide(newcomer, true);
    older.awaitProbing(false);
  }

  @Test
  void drainingMemberIsNoProberAndStillFollowsTheVerdict() {
    three();
    decide(first, true);
    decide(second, true);
    exchange();
    forget();
    first.drain();
    assertThat(first.heard()).containsExactly("stop");
    await().until(() -> third.membership.members().stream().anyMatch(MemberInfo::draining));
    exchange();
    third.awaitProbing(true);
    assertThat(third.heard()).containsExactly("probe true");
    exchange();
    decide(second, false);
    decide(third, false);
    awaitHealthy(false);
    assertThat(first.isProbing()).isFalse();
  }

  @Test
  void memberProbesForItselfAfterThreeIntervalsWithoutAVerdict() {
    three();
    pass(2_900);
    pass(2_900);
    pass(199);
    assertThat(third.isProbing()).isFalse();
    pass(1);
    assertThat(third.heard()).endsWith("probe null");
    third.says(false);
    assertThat(third.isHealthy()).isFalse();
    assertThat(first.isHealthy()).isTrue();
    decide(second, true);
    third.awaitProbing(false);
    third.awaitHealthy(true);
  }

  @Test
  void proberThatNeverDecidesDoesNotKeepABackendUp() {
    three();
    decide(first, false);
    exchange();
    assertThat(all).allMatch(HealthMember::isHealthy);
    pass(2_900);
    pass(2_900);
    assertThat(all).allMatch(HealthMember::isHealthy);
    pass(200);
    awaitHealthy(false);
  }

  @Test
  void anotherWayToProbeIsANewProberWithTheOldVerdict() {
    HealthMember alone = join("a").open();
    alone.says(false);
    alone.heard();
    alone.apply(HealthMember.pool(HealthMember.health(2, Duration.ofSeconds(5))));
    assertThat(alone.heard()).containsExactly("stop", "probe false");
    assertThat(alone.isHealthy()).isFalse();
  }

  @Test
  void backendThatIsNotProbedIsHealthy() {
    HealthMember alone = join("a").open();
    for (State state : List.of(State.DRAINING, State.ENABLED)) {
      alone.apply(HealthMember.pool(HEALTH, backend(state)));
      assertThat(alone.isProbing()).isTrue();
    }
    alone.says(false);
    alone.heard();
    alone.apply(HealthMember.pool(HEALTH, backend(State.DISABLED)));
    assertThat(alone.heard()).containsExactly("stop", "up: null");
    alone.says(false);
    assertThat(alone.heard()).isEmpty();
    alone.apply(HealthMember.pool(HEALTH));
    assertThat(alone.heard()).containsExactly("probe null");
    alone.says(false);
    alone.apply(HealthMember.pool(HealthConfig.NONE));
    assertThat(alone.isHealthy()).isTrue();
    assertThat(alone.isProbing()).isFalse();
  }

  @Test
  void lateVerdictOfAStoppedProberIsIgnored() {
    HealthMember alone = join("a").open();
    long first = alone.assignment();
    alone.apply(HealthMember.pool(HealthMember.health(2, Duration.ofSeconds(5))));
    assertThat(alone.heard()).containsExactly("probe null", "stop", "probe null");
    alone.says(first, false);
    assertThat(alone.isHealthy()).isTrue();
    alone.apply(HealthMember.pool(HealthConfig.NONE));
    alone.apply(HealthMember.pool(HEALTH));
    alone.says(first, false);
    assertThat(alone.isHealthy()).isTrue();
    alone.says(false);
    assertThat(alone.isHealthy()).isFalse();
  }

  @Test
  void downBackendThatIsRemovedAndPutBackBetweenTwoLooksIsDown() {
    HealthMember alone = join("a").open();
    alone.says(false);
    alone.heard();
    alone.removeAndPutBack(HealthMember.pool(HEALTH));
    assertThat(alone.isHealthy()).isFalse();
    assertThat(alone.heard()).containsExactly("down: refused (a)");
    alone.says(true);
    assertThat(alone.isHealthy()).isTrue();
  }

  private static BackendConfig backend(State state) {
    return new BackendConfig("127.0.0.1", 9001, null, BackendConfig.DEFAULT_WEIGHT, state);
  }

  @Test
  void foreignNodeIsNoProber() {
    nodes.join("foreign");
    HealthMember alone = join("a").open();
    exchange();
    alone.says(false);
    assertThat(alone.isHealthy()).isFalse();
  }
}
