package dev.fairlead.cluster.health;

import dev.fairlead.cluster.load.LoadRow;
import dev.fairlead.config.HealthConfig;
import dev.fairlead.pool.Backend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * One backend that the cluster probes: who is to do it, what they say, what follows from it. On the
 * cluster's context only.
 *
 * <p>A prober that says nothing for so long that it should have is lapsed: it no longer keeps the
 * others from deciding. When all are, this member probes for itself. A prober that is to stop goes
 * on until all those that replace it have a verdict.
 */
final class Probed {
  private static final int SILENT_INTERVALS = 3;
  private static final Duration MIN_SILENCE = Duration.ofSeconds(3);

  private final String key;
  private final Place place;
  private Backend backend;
  private HealthConfig health;

  /** Who is to probe it, and whether this member may at all. */
  private List<String> probers = List.of();

  private boolean mayProbe;

  /** Since when those of {@link #probers} have said nothing that have no verdict. */
  private final Map<String, Long> silentSince = new HashMap<>();

  /** What the cluster thinks; null = nobody has ever decided. */
  private Boolean current;

  /** Whether this member probes it, and what it found; null = not decided. */
  private boolean probing;

  private Verdict own;

  /**
   * What all backends of a member share.
   *
   * @param self this member's id
   * @param names the name of a member, by its id
   */
  record Place(
      String self,
      PeerVerdicts others,
      HealthRow row,
      HealthListener listener,
      LongSupplier nanos,
      UnaryOperator<String> names) {}

  Probed(Place place, Backend backend, HealthConfig health) {
    this.place = place;
    this.key = LoadRow.key(backend);
    this.backend = backend;
    this.health = health;
  }

  String key() {
    return key;
  }

  int wantedProbers() {
    return health.probers();
  }

  /** The same backend in another configuration; another way to probe needs a new prober. */
  void configured(Backend next, HealthConfig how) {
    if (!health.equals(how)) {
      stopProbing();
    }
    backend = next;
    health = how;
  }

  /** {@code members} are to probe it from now on. */
  void assigned(List<String> members, boolean mayProbeItself) {
    probers = members;
    mayProbe = mayProbeItself;
    silentSince.keySet().retainAll(members);
  }

  /** This member's prober has decided. */
  void decided(Verdict verdict) {
    if (probing) {
      own(verdict);
      look();
    }
  }

  /** Is probed no more, and so counts as healthy. */
  void end() {
    stopProbing();
    if (isDown()) {
      current = null;
      place.listener.healthy(backend, true, null);
    }
  }

  void stopProbing() {
    if (probing) {
      probing = false;
      own(null);
      place.listener.probe(backend, false, null);
    }
  }

  /** Does what follows from what is known now. */
  void look() {
    long now = place.nanos.getAsLong();
    for (String prober : probers) {
      if (verdict(prober) == null) {
        silentSince.putIfAbsent(prober, now);
      } else {
        silentSince.remove(prober);
      }
    }
    List<String> heeded = new ArrayList<>(probers);
    heeded.removeIf(prober -> isLapsed(prober, now));
    boolean isAlone = heeded.isEmpty() && mayProbe;
    if (isAlone || isProber(heeded)) {
      startProbing();
    } else {
      stopProbing();
    }
    agree(isAlone ? List.of(place.self) : heeded);
  }

  private boolean isProber(List<String> heeded) {
    boolean isHandingOver = probing && !heeded.stream().allMatch(each -> verdict(each) != null);
    return mayProbe && (probers.contains(place.self) || isHandingOver);
  }

  private boolean isLapsed(String prober, long now) {
    Long since = silentSince.get(prober);
    Duration limit = health.interval().multipliedBy(SILENT_INTERVALS);
    long nanos = Math.max(limit.toNanos(), MIN_SILENCE.toNanos());
    return since != null && now - since >= nanos;
  }

  /** It begins with what is known, so that a change of probers changes nothing else. */
  private void startProbing() {
    if (!probing) {
      Boolean begin = Agreement.inherited(current, place.others.verdicts(key));
      probing = true;
      own(begin == null ? null : Verdict.of(begin, begin ? null : reason(probers)));
      place.listener.probe(backend, true, begin);
    }
  }

  private void own(Verdict verdict) {
    own = verdict;
    place.row.set(key, verdict);
  }

  private void agree(List<String> heeded) {
    boolean wasDown = isDown();
    List<Verdict> verdicts = new ArrayList<>();
    heeded.forEach(prober -> verdicts.add(verdict(prober)));
    current = Agreement.decide(current, verdicts);
    if (isDown() != wasDown) {
      place.listener.healthy(backend, wasDown, told(heeded));
    }
  }

  private boolean isDown() {
    return current != null && !current;
  }

  /** Null = it has not decided. */
  private Verdict verdict(String prober) {
    return prober.equals(place.self) ? own : place.others.verdict(prober, key);
  }

  /** {@code connection refused (m1, m2)}: those that agree with the cluster. */
  private String told(List<String> heeded) {
    String who =
        heeded.stream()
            .filter(prober -> verdict(prober) != null && verdict(prober).up() != isDown())
            .map(place.names)
            .collect(Collectors.joining(", "));
    String why = isDown() ? reason(heeded) : null;
    return (why == null ? "probed by " + who : why + " (" + who + ")");
  }

  /** What {@code members} give as the reason; null = nothing. */
  private String reason(List<String> members) {
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
