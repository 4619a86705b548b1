package dev.fairlead.cluster.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.FakeClock;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Ensures what one member does with each answer of the map. Provoked by a map whose calls the test
 * answers one by one. A failure would be a permit that is used and not held.
 */
class LeaseKeeperTest {
  private final FakeClock clock = new FakeClock();
  private final FakeLeased web = new FakeLeased("web", 100).wanted(10);
  private final Asked map = new Asked();
  private final LeaseKeeper keeper = new LeaseKeeper(map, () -> List.of(web));

  /** What was asked last, not yet answered. */
  private final class Asked implements LeaseContext {
    private final Deque<Promise<String>> gets = new ArrayDeque<>();
    private final Deque<Promise<Boolean>> swaps = new ArrayDeque<>();
    private String before;
    private String after;

    @Override
    public String self() {
      return "a";
    }

    @Override
    public Collection<String> nodes() {
      return List.of("a", "b");
    }

    @Override
    public long nanos() {
      return clock.getAsLong();
    }

    @Override
    public Future<String> get(String key) {
      gets.add(Promise.promise());
      return gets.getLast().future();
    }

    @Override
    public Future<Boolean> swap(String key, String expected, String next) {
      before = expected;
      after = next;
      swaps.add(Promise.promise());
      return swaps.getLast().future();
    }

    @Override
    public void hint(String key) {}

    @Override
    public void later(long millis, Runnable task) {}
  }

  private void tick(long millis) {
    clock.pass(Duration.ofMillis(millis));
    keeper.tick();
  }

  @Test
  void moreIsAllowedOnlyWhenTheMapHasIt() {
    tick(100);
    map.gets.poll().complete(null);
    assertThat(web.allowed()).isZero();
    map.swaps.poll().complete(true);
    assertThat(web.allowed()).isEqualTo(23);
  }

  @Test
  void answerThatComesLateAllowsNothingBeforeItIsWrittenAgain() {
    tick(100);
    map.gets.poll().complete(null);
    String held = map.after;
    clock.pass(LeaseReclaimer.SETTLING);
    map.swaps.poll().complete(true);
    assertThat(web.allowed()).isZero();
    tick(100);
    map.gets.poll().complete(held);
    map.swaps.poll().complete(true);
    assertThat(web.allowed()).isEqualTo(23);
  }

  @Test
  void writeWhoseAnswerIsLostCanNotBeDoneAfterTheNext() {
    tick(100);
    map.gets.poll().complete(null);
    map.swaps.poll().complete(true);
    String held = map.after;
    web.wanted(0);
    tick(100);
    tick(1_000);
    map.gets.poll().complete(held);
    assertThat(map.before).isEqualTo(held);
    assertThat(web.allowed()).isEqualTo(13);
    map.swaps.poll().fail("no answer");
    web.wanted(20);
    tick(100);
    map.gets.poll().complete(held);
    assertThat(web.allowed()).isEqualTo(13);
    long version = LeaseEntry.parse(held).version();
    assertThat(LeaseEntry.parse(map.after).version()).isEqualTo(version + 1);
    map.swaps.poll().complete(true);
    assertThat(web.allowed()).isEqualTo(33);
  }

  @Test
  void oneCallOfAKeyIsUnderWayAndAnotherIsQuickerOnlyForAWhile() {
    tick(100);
    tick(100);
    assertThat(map.gets).hasSize(1);
    for (int i = 0; i < 10; i++) {
      map.gets.poll().complete(null);
      map.swaps.poll().complete(false);
    }
    assertThat(map.gets).isEmpty();
    assertThat(web.allowed()).isZero();
    tick(100);
    assertThat(map.gets).hasSize(1);
  }
}
