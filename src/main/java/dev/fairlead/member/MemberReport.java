package dev.fairlead.member;

import dev.fairlead.admin.MemberView;
import dev.fairlead.cluster.ClusterVerticle;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.Problem;
import dev.fairlead.config.Revision;
import dev.fairlead.config.bind.Document;
import dev.fairlead.event.MemberId;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.pool.Pool;
import dev.fairlead.session.ListenerCounters;
import dev.fairlead.session.SessionRecord;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What a member shows of itself. Any thread. */
final class MemberReport implements MemberView {
  /** An event loop that has not turned for so long is stuck. */
  private static final long STUCK_NANOS = Duration.ofSeconds(10).toNanos();

  private final Instant started = Instant.now();
  private final Proxy proxy;
  private final LiveConfig config;
  private final Drain drain;
  private final ClusterVerticle cluster;
  private final OwnFile file;

  /**
   * @param file this member's own file
   */
  MemberReport(Parts parts, OwnFile file) {
    this.proxy = parts.proxy();
    this.config = parts.config();
    this.drain = parts.drain();
    this.cluster = parts.cluster();
    this.file = file;
  }

  /** What there is to tell of. */
  record Parts(Proxy proxy, LiveConfig config, Drain drain, ClusterVerticle cluster) {}

  /**
   * The member's file.
   *
   * @param name as it was given
   * @param digest of the file as it was last read without a problem
   * @param clustered whether others may have the say
   */
  record OwnFile(String name, Supplier<String> digest, boolean clustered) {}

  @Override
  public boolean isLive() {
    long now = System.nanoTime();
    return proxy.verticles().stream().allMatch(loop -> now - loop.tickedAt() < STUCK_NANOS);
  }

  @Override
  public List<String> notReadyReasons() {
    List<String> reasons = new ArrayList<>();
    if (config.inForce() == null) {
      reasons.add("no configuration is in force yet");
    }
    String trouble = cluster.trouble();
    if (trouble != null) {
      reasons.add(trouble);
    }
    if (drain.hasBegun()) {
      reasons.add("draining");
    }
    return reasons;
  }

  @Override
  public Status status() {
    MemberId self = cluster.self();
    return new Status(
        self.id(),
        self.name(),
        FairleadVersion.get(),
        started,
        proxy.transport().label(),
        proxy.verticles().size(),
        proxy.count().live(),
        proxy.count().max(),
        drain.hasBegun(),
        file.clustered(),
        file.name(),
        isFileInForce(),
        config.inForce().revision().author(),
        config.problems().stream().map(Problem::toString).toList(),
        config.restartNeeded());
  }

  /** Reads the document in force; where there is a cluster it may be another member's. */
  private boolean isFileInForce() {
    Revision revision = config.inForce().revision();
    String digest =
        Document.of(revision.format(), revision.text()).map(Document::digest).orElse("");
    return config.problems().isEmpty() && digest.equals(file.digest().get());
  }

  /** This member, as the others are told of it. */
  MemberInfo info() {
    InForce inForce = config.inForce();
    MemberId self = cluster.self();
    return new MemberInfo(
        self.id(),
        self.name(),
        cluster.address(),
        FairleadVersion.get(),
        started,
        inForce == null ? 0 : inForce.revision().revision(),
        proxy.count().live(),
        notReadyReasons().isEmpty(),
        drain.hasBegun());
  }

  @Override
  public List<MemberInfo> members() {
    return cluster.members();
  }

  @Override
  public List<ListenerStatus> listeners() {
    Map<String, String> addresses = proxy.addresses();
    return config.inForce().config().listeners().stream()
        .map(listener -> statusOf(listener, addresses.get(listener.name())))
        .toList();
  }

  @Override
  public List<Pool> pools() {
    return proxy.pools();
  }

  @Override
  public Future<List<SessionRecord>> sessions() {
    return proxy.sessions();
  }

  @Override
  public Future<Boolean> closeSession(String id) {
    return proxy.end(id);
  }

  @Override
  public InForce config() {
    return config.inForce();
  }

  private ListenerStatus statusOf(ListenerConfig listener, String address) {
    ListenerCounters counters = proxy.countersOf(listener.name());
    return new ListenerStatus(
        listener.name(),
        listener.bind().toString(),
        address,
        listener.pool(),
        counters.active(),
        counters.total());
  }
}
