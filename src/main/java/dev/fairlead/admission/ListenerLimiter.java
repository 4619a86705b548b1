package dev.fairlead.admission;

import dev.fairlead.config.LimitsConfig.LimitScope;
import dev.fairlead.config.LimitsConfig.ListenerLimits;
import dev.fairlead.config.LimitsConfig.QueueConfig;
import dev.fairlead.config.LimitsConfig.RefuseWith;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The limits of one listener on this member, and the queue for its connections. Outlives reloads.
 * Thread-safe.
 */
public final class ListenerLimiter extends QueueingLimiter {
  private final ConnectionLimiter connections;
  private final RateLimiter rate;
  private final SourceLimit sources;
  private volatile ListenerLimits limits = ListenerLimits.NONE;

  public ListenerLimiter(String name, Consumer<Leased> onDemand) {
    super(onDemand);
    String key = "listener/" + name;
    this.connections =
        new ConnectionLimiter(key + "/connections", queue(), this::roomChanged, this::onExhausted);
    this.rate = new RateLimiter(key + "/rate", System::nanoTime);
    this.sources = new SourceLimit(name);
  }

  /** One thread at a time. */
  public void configure(ListenerLimits next) {
    limits = next;
    rate.configure(next.newConnectionsPerSecond(), next.scope());
    sources.configure(next.connectionsPerSource(), next.scope() == LimitScope.CLUSTER);
    connections.configure(next.connections(), next.scope());
    reconfigured();
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

  public RefuseWith refuseWith() {
    return limits.refuseWith();
  }

  @Override
  public Stream<Leased> leased() {
    return Stream.of(connections, rate);
  }

  @Override
  protected boolean mayGrow() {
    return connections.permits().mayGrow();
  }

  @Override
  protected QueueConfig queueConfig() {
    return limits.queue();
  }
}
