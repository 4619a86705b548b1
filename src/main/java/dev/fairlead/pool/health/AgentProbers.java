package dev.fairlead.pool.health;

import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.AgentConfig;
import dev.fairlead.pool.AgentState;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.health.Probe.ProbeTarget;
import dev.fairlead.pool.health.Probe.ProbeTarget.ProbeConnection;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the agents of those backends that the cluster has assigned to this member, each at the
 * pool's interval, give or take a twentieth. On the event loop of its {@link ProbeLoop}.
 */
public final class AgentProbers {
  /**
   * Questions without an answer, in a row, until the members rely on another one's agent. Raising
   * it rides out a lost packet, lowering it turns sooner to a member that hears the agent.
   */
  private static final int SILENT_AFTER = 3;

  private static final Logger LOG = LoggerFactory.getLogger(AgentProbers.class);

  private final ProbeLoop loop;
  private final AnswerListener listener;

  /** By {@link Backend#toString}; each must be stopped when it is removed. */
  private final Map<String, Asked> asked = new HashMap<>();

  /** Called on the event loop. */
  public interface AnswerListener {
    /**
     * The agent has said something else than before, or has become silent or ceased to be.
     *
     * @param assignment as given to {@link #begin}
     * @param answers false = {@code state} is what it said last
     */
    void told(Backend backend, long assignment, AgentState state, boolean answers);
  }

  public AgentProbers(ProbeLoop loop, AnswerListener listener) {
    this.loop = loop;
    this.listener = listener;
  }

  /** Asks the agent of {@code backend} from now on, of whom {@code initial} is known. */
  public void begin(Backend backend, PoolConfig pool, long assignment, AgentState initial) {
    end(backend);
    Asked one = new Asked(backend, pool, assignment, initial);
    asked.put(backend.toString(), one);
    one.start();
  }

  /** Ends the assignment of {@code backend}, if there is one. */
  public void end(Backend backend) {
    Asked one = asked.remove(backend.toString());
    if (one != null) {
      one.stop();
    }
  }

  /** Replaces backends by the objects of {@code pools}, and asks as those configure. */
  public void follow(List<Pool> pools) {
    for (Pool pool : pools) {
      for (Backend backend : pool.backends()) {
        Asked one = asked.get(backend.toString());
        if (one != null) {
          one.backend = backend;
          one.pool = pool.config();
        }
      }
    }
  }

  /** Ends all assignments. */
  public void stop() {
    asked.values().forEach(Asked::stop);
    asked.clear();
  }

  /** The agent of one backend. */
  private final class Asked {
    private final Check check = new AgentCheck();
    private final long assignment;
    private Backend backend;
    private PoolConfig pool;
    private AgentState state;

    /** In a row; the state is another member's until there is an answer. */
    private int unanswered = SILENT_AFTER;

    private @Nullable ScheduledFuture<?> timer;
    private @Nullable Probe probe;
    private boolean stopped;

    Asked(Backend backend, PoolConfig pool, long assignment, AgentState initial) {
      this.backend = backend;
      this.pool = pool;
      this.assignment = assignment;
      this.state = initial;
    }

    private void start() {
      AgentConfig agent = pool.agent();
      if (agent != null) {
        long within = Math.min(Prober.FIRST_WITHIN.toNanos(), agent.interval().toNanos());
        askIn(loop.random().nextLong(within));
      }
    }

    private void stop() {
      stopped = true;
      if (timer != null) {
        timer.cancel(false);
      }
      if (probe != null) {
        probe.cancel();
      }
    }

    private void ask() {
      AgentConfig agent = pool.agent();
      if (agent == null) {
        return; // Another configuration is in force, and the end of this follows.
      }
      double jitter = loop.random().nextDouble(1 - Prober.JITTER, 1 + Prober.JITTER);
      Duration next = Duration.ofNanos((long) (agent.interval().toNanos() * jitter));
      long startedAt = loop.nanoTime().getAsLong();
      ProbeTarget target =
          new ProbeTarget(
              backend,
              backend.addresses(),
              agent.port(),
              agent.timeout(),
              new ProbeConnection(pool.connect().source(), null, false));
      probe =
          new Probe(
              loop,
              check,
              target,
              result -> {
                askIn(startedAt + next.toNanos() - loop.nanoTime().getAsLong());
                answered(result);
              });
      probe.start();
    }

    private void askIn(long nanos) {
      if (!stopped) {
        timer = loop.eventLoop().schedule(this::ask, Math.max(0, nanos), TimeUnit.NANOSECONDS);
      }
    }

    private void answered(CheckResult result) {
      LOG.debug("agent of {}: {} ({})", backend, result.conclusion(), result.reason());
      boolean answers = result.conclusion() == CheckResult.Conclusion.PASSED;
      boolean wasSilent = unanswered >= SILENT_AFTER;
      unanswered = answers ? 0 : Math.min(SILENT_AFTER, unanswered + 1);
      AgentState next = answers ? state.told(result.reason()) : state;
      boolean isSilent = unanswered >= SILENT_AFTER;
      if (!next.equals(state) || wasSilent != isSilent) {
        state = next;
        listener.told(backend, assignment, next, !isSilent);
      }
    }
  }
}
