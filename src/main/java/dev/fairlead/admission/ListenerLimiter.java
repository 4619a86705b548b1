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
  private final Permits headers = new Permits();
  private volatile ListenerLimits limits = ListenerLimits.NONE;
  private final String sourcesKey;

  public ListenerLimiter(String name, Consumer<Leased> onDemand) {
    super(onDemand);
    String key = "listener/" + name;
    this.connections =
        new ConnectionLimiter(key + "/connections", queue(), this::roomChanged, this::onExhausted);
    this.rate = new RateLimiter(key + "/rate", System::nanoTime);
    this.sources = new SourceLimit(name);
    this.sourcesKey = key + "/connectionsPerSource";
  }

  /** One thread at a time. */
  public void configure(ListenerLimits next) {
    limits = next;
    rate.configure(next.newConnectionsPerSecond(), next.scope());
    sources.configure(next.connectionsPerSource(), next.scope() == LimitScope.CLUSTER);
    connections.configure(next.connections(), next.scope());
    headers.configure(mostHeaders(next), LimitScope.MEMBER);
    reconfigured();
  }

  /** 0 = no limit. */
  private static int mostHeaders(ListenerLimits limits) {
    return limits.connections() == 0
        ? 0
        : (int) Math.min(Integer.MAX_VALUE, (long) limits.connections() + limits.queue().size());
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

  /**
   * Of the clients whose PROXY header has not come yet, on this member: as many as the limit of
   * connections and the queue have room for. No other limit knows such a client: its source is in
   * the header, and who has connected may be a balancer with all clients of the listener.
   */
  public Permits headers() {
    return headers;
  }

  public RefuseWith refuseWith() {
    return limits.refuseWith();
  }

  @Override
  public Stream<Leased> leased() {
    return Stream.of(connections, rate);
  }

  /** The key of the limit of {@link #sources}. */
  public String sourcesKey() {
    return sourcesKey;
  }

  @Override
  protected String exhausted() {
    return connections.key();
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
