package dev.fairlead.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.admission.ListenerLimiter;
import dev.fairlead.config.LimitsConfig.LimitScope;
import dev.fairlead.config.LimitsConfig.ListenerLimits;
import dev.fairlead.config.LimitsConfig.QueueConfig;
import dev.fairlead.config.LimitsConfig.RefuseWith;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.net.Transport;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensured: a wait in a queue ends once, and a place that comes too late is given back.
 *
 * <p>Provoked: an event loop that runs only when the test lets it, so that the place comes before,
 * between and after.
 *
 * <p>A failure looks like: a place that is lost, or a session that gets two answers.
 */
class WaitingTest {
  private static final Duration LONGEST = Duration.ofSeconds(3);

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final AtomicLong clock = new AtomicLong(1);
  private final RecordingOwner owner = new RecordingOwner();
  private final ListenerLimiter limiter = new ListenerLimiter("web", needed -> {});
  private final LoopContext loop =
      new LoopContext(
          channel.eventLoop(),
          Transport.of(TransportKind.NIO),
          SessionListener.NONE,
          clock::get,
          new Deadlines(0),
          "",
          () -> {});

  private final SessionAccount account = new SessionAccount(LoopFixture.rules(limiter), null);

  @Test
  void placeIsTakenAtOnceAndTheSessionContinuesOnItsOwnLoop() {
    Waiting waiting = waitForTheOnly(2);
    limiter.connections().giveBack();
    assertThat(limiter.connections().inUse()).as("taken by the waiting one").isEqualTo(1);
    assertThat(owner.reports).isEmpty();
    channel.runPendingTasks();
    assertThat(owner.reports).containsExactly("proceeds");
    waiting.cancel(false);
    waiting.timedOut();
    channel.runPendingTasks();
    assertThat(owner.reports).containsExactly("proceeds");
    assertThat(limiter.connections().inUse()).as("the session's now").isEqualTo(1);
  }

  @Test
  void cancelBetweenThePlaceAndTheLoopsTurnGivesItBack() {
    Waiting waiting = waitForTheOnly(2);
    limiter.connections().giveBack();
    waiting.cancel(false);
    waiting.cancel(false);
    channel.runPendingTasks();
    assertThat(owner.reports).isEmpty();
    assertThat(limiter.connections().inUse()).isZero();
  }

  @Test
  void cancelledWaitLeavesTheQueue() {
    Waiting waiting = waitForTheOnly(2);
    waiting.cancel(false);
    assertThat(limiter.queue().size()).isZero();
    limiter.connections().giveBack();
    channel.runPendingTasks();
    assertThat(owner.reports).isEmpty();
    assertThat(limiter.connections().inUse()).isZero();
  }

  @Test
  void longestWaitIsTheQueues() {
    Waiting waiting = waitForTheOnly(2);
    assertThat(waiting.deadline()).isEqualTo(1 + LONGEST.toNanos());
    waiting.timedOut();
    assertThat(owner.reports).containsExactly("refused QUEUE_TIMEOUT");
    limiter.connections().giveBack();
    channel.runPendingTasks();
    assertThat(owner.reports).hasSize(1);
  }

  @Test
  void fullQueueRefusesAtOnce() {
    waitForTheOnly(1);
    Waiting second = new Waiting.ForConnection(loop, account, owner);
    second.begin();
    assertThat(owner.reports).containsExactly("refused QUEUE_FULL");
    second.cancel(false);
    assertThat(limiter.queue().size()).isEqualTo(1);
  }

  @Test
  void shorterQueueRefusesTheLastOnes() {
    waitForTheOnly(2);
    configure(0);
    channel.runPendingTasks();
    assertThat(owner.reports).containsExactly("refused LIMIT_CONNECTIONS");
  }

  @Test
  void bugOfAnAdmittedSessionEndsThatSession() {
    configure(2);
    limiter.connections().tryTake();
    RecordingOwner broken =
        new RecordingOwner() {
          @Override
          public void proceed() {
            throw new IllegalStateException("a bug");
          }
        };
    new Waiting.ForConnection(loop, account, broken).begin();
    limiter.connections().giveBack();
    channel.runPendingTasks();
    assertThat(broken.reports).containsExactly("failed a bug");
  }

  @Test
  void bugWhileAPermitIsTakenEndsThatSession() {
    configure(2);
    limiter.connections().tryTake();
    Waiting waiting =
        new Waiting(loop, limiter, owner) {
          private int turns;

          @Override
          protected boolean tryEnter() {
            if (turns++ > 0) {
              throw new IllegalStateException("a bug");
            }
            return false;
          }

          @Override
          void admitted() {}

          @Override
          void giveBack() {}
        };
    waiting.begin();
    limiter.connections().giveBack();
    assertThat(limiter.queue().isEmpty()).isTrue();
    channel.runPendingTasks();
    assertThat(owner.reports).containsExactly("failed a bug");
  }

  /** The only connection is taken, and one session waits for it. */
  private Waiting waitForTheOnly(int queue) {
    configure(queue);
    limiter.connections().tryTake();
    Waiting waiting = new Waiting.ForConnection(loop, account, owner);
    waiting.begin();
    return waiting;
  }

  private void configure(int queue) {
    limiter.configure(
        new ListenerLimits(
            1, 0, 0, LimitScope.MEMBER, new QueueConfig(queue, LONGEST), RefuseWith.FIN));
  }

  @AfterEach
  void close() {
    channel.close();
  }
}
