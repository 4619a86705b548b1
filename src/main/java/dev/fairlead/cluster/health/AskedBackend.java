package dev.fairlead.cluster.health;

import dev.fairlead.cluster.health.ProbedBackend.HealthContext;
import dev.fairlead.cluster.load.LoadRow;
import dev.fairlead.pool.AgentState;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One backend with an agent: whether this member asks it, and what the cluster goes by. The probers
 * of the backend ask; all members go by the first of them, in the order of {@link ProberChoice},
 * whom the agent answers, and without one by what they went by last. A prober without an answer
 * begins anew whenever the others go by something else, so that a line that names only a part is
 * understood as a change of that. On the cluster's context only.
 */
final class AskedBackend {
  private final String key;
  private final HealthContext context;
  private Backend backend;
  private Pool pool;
  private List<String> probers = List.of();
  private AgentState current = AgentState.NONE;
  private boolean asking;

  /** Of the question under way, or the last one. */
  private long assignment;

  /** What this member has heard; null = it does not ask. */
  private @Nullable AgentReport own;

  AskedBackend(HealthContext context, Pool pool, Backend backend) {
    this.context = context;
    this.key = LoadRow.key(backend);
    this.pool = pool;
    this.backend = backend;
  }

  String key() {
    return key;
  }

  AgentState current() {
    return current;
  }

  /** A backend that was removed and put back meanwhile has forgotten it. */
  void configure(Pool nextPool, Backend next) {
    if (!Objects.equals(nextPool.config().agent(), pool.config().agent())) {
      stopAsking();
    }
    pool = nextPool;
    backend = next;
    if (!current.equals(next.agent())) {
      context.listener().told(next, current);
    }
  }

  void assign(Set<String> candidates) {
    probers = ProberChoice.choose(candidates, key, pool.config().health().probers());
  }

  /** Starts or stops asking, and goes by what is known now. */
  void evaluate() {
    agree();
    if (probers.contains(context.self())) {
      startAsking();
    } else {
      stopAsking();
    }
  }

  /** This member has heard something; what was asked for an earlier assignment does not count. */
  void told(long by, AgentReport report) {
    if (asking && by == assignment) {
      own(report);
      agree();
    }
  }

  /** Ends the asking; the backend is as configured from now on. */
  void end() {
    stopAsking();
    if (!current.equals(AgentState.NONE)) {
      current = AgentState.NONE;
      context.listener().told(backend, current);
    }
  }

  void stopAsking() {
    if (asking) {
      asking = false;
      own(null);
      context.listener().stopAsking(backend);
    }
  }

  private void startAsking() {
    if (!asking) {
      asking = true;
      assignment = context.assignments().getAsLong();
      own(new AgentReport(current, false));
      context.listener().ask(backend, assignment, current);
    }
  }

  private void own(@Nullable AgentReport report) {
    own = report;
    context.row().set(AgentReport.field(key), report == null ? null : report.text());
  }

  private void agree() {
    List<AgentReport> reports = new ArrayList<>();
    for (String prober : probers) {
      AgentReport report = prober.equals(context.self()) ? own : context.peers().agent(prober, key);
      if (report != null) {
        reports.add(report);
      }
    }
    Stream<AgentReport> all = Stream.concat(reports.stream(), context.peers().agents(key).stream());
    List<AgentReport> inOrder = all.toList();
    AgentState next =
        inOrder.stream()
            .filter(AgentReport::answers)
            .findFirst()
            .or(() -> inOrder.stream().findFirst())
            .map(AgentReport::state)
            .orElse(current);
    if (!next.equals(current)) {
      current = next;
      context.listener().told(backend, next);
    }
    if (own != null && !own.answers() && !own.state().equals(current)) {
      stopAsking();
      startAsking();
    }
  }
}
