package dev.fairlead.cluster.health;

import dev.fairlead.cluster.load.LoadRow;
import dev.fairlead.config.HealthConfig;
import dev.fairlead.net.PauseClock;
import dev.fairlead.pool.Backend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One backend that the cluster probes: whether this member runs a prober, and the cluster's verdict
 * as this member sees it. On the cluster's context only.
 *
 * <p>{@link #evaluate} must follow every change of members, rows or own verdict, and be called each
 * second: silence is only noticed there. A prober without a verdict for too long is lapsed and does
 * not keep the others from deciding. When all are lapsed, this member probes for itself. A prober
 * that is replaced continues until all its successors have a verdict, so that a change of members
 * never leaves the backend without one.
 *
 * <pre>
 * probers a, b     a: down, b: no verdict    unchanged
 * after 3 intervals                          b is lapsed, so down
 * b joins in: up                             healthy
 * </pre>
 */
final class ProbedBackend {
  /**
   * A prober without a verdict for this many intervals and {@link #MIN_SILENCE} is lapsed. Raising
   * them lets a hung prober block the verdict; lowering them adds probers while one is just slow.
   */
  private static final int SILENT_INTERVALS = 3;

  private static final Duration MIN_SILENCE = Duration.ofSeconds(3);

  private final String key;
  private final HealthContext context;
  private Backend backend;
  private HealthConfig health;

  private List<String> probers = List.of();

  private boolean mayProbe;

  /** The time by which silence is judged: it waits until what arrived in a pause was read. */
  private long judgedAt;

  /** By id of a prober without a verdict: since when. */
  private final Map<String, Long> silentSince = new HashMap<>();

  /** The cluster's verdict; null = none yet. */
  private @Nullable Boolean current;

  private boolean probing;

  /** Of the running prober, or the last one. */
  private long assignment;

  /** The own prober's verdict; null = not decided, or no prober. */
  private @Nullable Verdict own;

  /** What all probed backends of a member share; {@code assignments} never repeats a number. */
  record HealthContext(
      String self,
      PeerVerdicts peers,
      HealthRow row,
      HealthListener listener,
      PauseClock clock,
      UnaryOperator<String> names,
      LongSupplier assignments) {}

  ProbedBackend(HealthContext context, Backend backend, HealthConfig health) {
    this.context = context;
    this.key = LoadRow.key(backend);
    this.backend = backend;
    this.health = health;
    this.judgedAt = context.clock.getAsLong();
  }

  String key() {
    return key;
  }

  /**
   * Another way to probe needs a restart. A backend that was removed and put back meanwhile begins
   * as healthy, so the verdict is repeated.
   */
  void configure(Backend next, HealthConfig how) {
    if (!health.equals(how)) {
      stopProbing();
    }
    backend = next;
    health = how;
    if (isDown() && next.isHealthy()) {
      context.listener.healthy(next, false, explanation(probers));
    }
  }

  /** Chooses its probers among {@code candidates}, the members that may probe. */
  void assign(Set<String> candidates) {
    probers = ProberChoice.choose(candidates, key, health.probers());
    mayProbe = candidates.contains(context.self);
    silentSince.keySet().retainAll(probers);
  }

  /** An own prober has decided; one of an earlier assignment was stopped and does not count. */
  void decided(long by, Verdict verdict) {
    if (probing && by == assignment) {
      own(verdict);
      evaluate();
    }
  }

  /** Ends the probing of this backend, which counts as healthy from now on. */
  void end() {
    stopProbing();
    if (isDown()) {
      current = null;
      context.listener.healthy(backend, true, null);
    }
  }

  void stopProbing() {
    if (probing) {
      probing = false;
      own(null);
      context.listener.stopProbing(backend);
    }
  }

  /** Starts or stops the own prober and updates the cluster's verdict, from what is known now. */
  void evaluate() {
    if (!context.clock.isResuming()) {
      judgedAt = context.clock.getAsLong();
    }
    for (String prober : probers) {
      if (verdict(prober) == null) {
        silentSince.putIfAbsent(prober, judgedAt);
      } else {
        silentSince.remove(prober);
      }
    }
    List<String> deciding = new ArrayList<>(probers);
    deciding.removeIf(this::isLapsed);
    boolean isAlone = deciding.isEmpty() && mayProbe;
    if (isAlone || isProber(deciding)) {
      startProbing();
    } else {
      stopProbing();
    }
    agree(isAlone ? List.of(context.self) : deciding);
  }

  private boolean isProber(List<String> deciding) {
    boolean isHandingOver = probing && !deciding.stream().allMatch(each -> verdict(each) != null);
    return mayProbe && (probers.contains(context.self) || isHandingOver);
  }

  private boolean isLapsed(String prober) {
    Long since = silentSince.get(prober);
    Duration limit = health.interval().multipliedBy(SILENT_INTERVALS);
    long nanos = Math.max(limit.toNanos(), MIN_SILENCE.toNanos());
    return since != null && judgedAt - since >= nanos;
  }

  /** Starts with the verdict there is, so that a change of probers alone changes no verdict. */
  private void startProbing() {
    if (!probing) {
      Boolean initial = Agreement.inherited(current, context.peers.verdicts(key));
      probing = true;
      assignment = context.assignments.getAsLong();
      own(initial == null ? null : Verdict.of(initial, initial ? null : reason(probers)));
      context.listener.probe(backend, assignment, initial);
    }
  }

  private void own(@Nullable Verdict verdict) {
    own = verdict;
    context.row.set(key, verdict);
  }

  private void agree(List<String> deciding) {
    boolean wasDown = isDown();
    List<@Nullable Verdict> verdicts = new ArrayList<>();
    deciding.forEach(prober -> verdicts.add(verdict(prober)));
    current = Agreement.decide(current, verdicts);
    if (isDown() != wasDown) {
      context.listener.healthy(backend, wasDown, explanation(deciding));
    }
  }

  private boolean isDown() {
    return current != null && !current;
  }

  private @Nullable Verdict verdict(String prober) {
    return prober.equals(context.self) ? own : context.peers.verdict(prober, key);
  }

  /** {@code connection refused (m1, m2)}: the names of those that agree with the cluster. */
  private String explanation(List<String> deciding) {
    String names =
        deciding.stream()
            .filter(
                prober -> {
                  Verdict verdict = verdict(prober);
                  return verdict != null && verdict.up() != isDown();
                })
            .map(context.names)
            .collect(Collectors.joining(", "));
    String reason = isDown() ? reason(deciding) : null;
    return reason == null ? "probed by " + names : reason + " (" + names + ")";
  }

  /** The different reasons that {@code members} give; null = none. */
  private @Nullable String reason(List<String> members) {
    String all =
        members.stream()
            .map(this::verdict)
            .filter(Objects::nonNull)
            .map(Verdict::reason)
            .filter(Objects::nonNull)
            .distinct()
            .collect(Collectors.joining(", "));
    return all.isEmpty() ? null : all;
  }
}
