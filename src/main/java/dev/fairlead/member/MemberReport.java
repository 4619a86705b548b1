package dev.fairlead.member;

import dev.fairlead.admin.MemberView;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.Problem;
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

/** What a member shows of itself. Any thread. */
final class MemberReport implements MemberView {
  /** An event loop that has not turned for so long is stuck. */
  private static final long STUCK_NANOS = Duration.ofSeconds(10).toNanos();

  private final MemberName name;
  private final Instant started = Instant.now();
  private final String transport;
  private final Proxy proxy;
  private final LiveConfig config;
  private final Drain drain;
  private final String file;

  MemberReport(MemberName name, String file, Proxy proxy, LiveConfig config, Drain drain) {
    this.name = name;
    this.file = file;
    this.transport = proxy.transport().label();
    this.proxy = proxy;
    this.config = config;
    this.drain = drain;
  }

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
    if (drain.hasBegun()) {
      reasons.add("draining");
    }
    return reasons;
  }

  @Override
  public Status status() {
    return new Status(
        name.id(),
        name.name(),
        FairleadVersion.get(),
        started,
        transport,
        proxy.verticles().size(),
        proxy.count().live(),
        proxy.count().max(),
        drain.hasBegun(),
        false,
        file,
        config.problems().isEmpty(),
        config.revision().author(),
        config.problems().stream().map(Problem::toString).toList(),
        config.restartNeeded());
  }

  @Override
  public List<MemberInfo> members() {
    return List.of(
        new MemberInfo(
            name.id(),
            name.name(),
            null,
            FairleadVersion.get(),
            started,
            config.revision().revision(),
            proxy.count().live(),
            notReadyReasons().isEmpty(),
            drain.hasBegun()));
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
