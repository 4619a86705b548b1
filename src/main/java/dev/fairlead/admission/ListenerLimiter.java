package dev.fairlead.admission;

import dev.fairlead.config.LimitsConfig.LimitScope;
import dev.fairlead.config.LimitsConfig.ListenerLimits;
import dev.fairlead.config.LimitsConfig.QueueConfig;
import dev.fairlead.config.LimitsConfig.RefuseWith;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The limits of one listener on this member, and those who wait for one of its connections. Lives
 * as long as the process, across reloads. Thread-safe.
 */
public final class ListenerLimiter extends QueueingLimiter {
  private final ConnectionLimiter connections;
  private final RateLimiter rate;
  private final SourceLimit sources;
  private volatile ListenerLimits limits = ListenerLimits.NONE;

  /**
   * @param name of the listener
   * @param onNeed as of {@link QueueingLimiter}
   */
  public ListenerLimiter(String name, Consumer<Leased> onNeed) {
    super(onNeed);
    String key = "listener/" + name;
    this.connections =
        new ConnectionLimiter(key + "/connections", queue(), this::roomChanged, this::hopeChanged);
    this.rate = new RateLimiter(key + "/rate", System::nanoTime);
    this.sources = new SourceLimit(name);
  }

  /** What the configuration says from now on. One thread at a time. */
  public void configure(ListenerLimits next) {
    limits = next;
    rate.configure(next.newConnectionsPerSecond(), next.scope());
    sources.configure(next.connectionsPerSource(), next.scope() == LimitScope.CLUSTER);
    connections.configure(next.connections(), next.scope());
    hopeChanged();
    ask();
  }

  public ConnectionLimiter connections() {
    return connections;
  }

  public RateLimiter rate() {
    return rate;
  }

  public SourceLimit sources() {
    return sources;
  }

  /** How who is refused is told so. */
  public RefuseWith refuseWith() {
    return limits.refuseWith();
  }

  /** What of it the cluster shares, or could. */
  public Stream<Leased> leased() {
    return Stream.of(connections, rate);
  }

  @Override
  protected boolean mayGrow() {
    return connections.mayGrow();
  }

  @Override
  protected Stream<Leased> needed() {
    return leased();
  }

  @Override
  protected QueueConfig queueConfig() {
    return limits.queue();
  }
}
