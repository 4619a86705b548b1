package dev.fairlead.pool;

import dev.fairlead.admission.Permits;
import dev.fairlead.config.BackendConfig;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One backend of a pool under one configuration. A reload makes a new object, which shares counts,
 * status and addresses with the one before it. Every method may be called from any thread and
 * returns at once.
 */
public final class Backend {
  private final String pool;
  private final String id;
  private final BackendConfig config;
  private final BackendCounts counts;
  private final BackendStatus status;
  private final BackendAddresses addresses;

  /**
   * Outlive a reload, and the removal of the backend while it has sessions. Every event loop writes
   * them, only the cluster's context the other members' sessions.
   */
  private static final class BackendCounts {
    /** One permit in use for each live session. */
    private final Permits sessions = new Permits();

    /** Written only when it grows, so that event loops do not contend for it. */
    private final AtomicInteger mostActive = new AtomicInteger();

    private final LongAdder total = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder bytesFromClients = new LongAdder();
    private final LongAdder bytesToClients = new LongAdder();
    private final ConnectTimes connectTimes = new ConnectTimes();
    private volatile int othersActive;
  }

  private Backend(
      String pool,
      BackendConfig config,
      BackendCounts counts,
      BackendStatus status,
      BackendAddresses addresses) {
    this.pool = pool;
    this.id = config.id();
    this.config = config;
    this.counts = counts;
    this.status = status;
    this.addresses = addresses;
  }

  /**
   * Shares the counts of {@code last}, the last backend of this pool and id, if any; and if it
   * {@code stays} in the pool, also status and addresses.
   */
  static Backend of(String pool, BackendConfig config, @Nullable Backend last, boolean stays) {
    BackendCounts counts = last == null ? new BackendCounts() : last.counts;
    return last != null && stays
        ? new Backend(pool, config, counts, last.status, last.addresses)
        : new Backend(pool, config, counts, new BackendStatus(), new BackendAddresses(config));
  }

  /** {@code host:port}, {@code [v6]:port} or {@code unix:/path}; unique in its pool. */
  public String id() {
    return id;
  }

  public String pool() {
    return pool;
  }

  public BackendConfig config() {
    return config;
  }

  /** Whether it refuses the sessions it is given. */
  public boolean isReject() {
    return config.isReject();
  }

  /** Whether it may be given new sessions: wanted, healthy and not ejected, or open for a trial. */
  public boolean eligible() {
    return isWanted() && isHealthy() && (!status.ejected || status.isTrial(Trial.TrialState.OPEN));
  }

  /** Whether configuration and agent give it new sessions: enabled, with a weight above 0. */
  public boolean isWanted() {
    return config.state() == BackendConfig.State.ENABLED
        && config.weight() > 0
        && status.agent.takesSessions();
  }

  /** False while health checks find it down, or its agent says so. */
  public boolean isHealthy() {
    return status.isHealthy();
  }

  /** What its agent has said; {@link AgentState#NONE} without one. */
  public AgentState agent() {
    return status.agent;
  }

  /** Sets what the cluster has heard from its agent; has no effect until {@link Pool#refresh}. */
  public void agent(AgentState state) {
    status.agent = state;
    status.timeDowns();
  }

  /** The most sessions at one time that its agent or the configuration allows it; 0 = no limit. */
  public int maxConnections() {
    int told = status.agent.maxConnections();
    return told > 0 ? told : config.maxConnections();
  }

  /** Sets the verdict of the health checks; has no effect until {@link Pool#refresh}. */
  public void healthy(boolean healthy) {
    status.healthy = healthy;
    status.timeDowns();
  }

  /** The last verdict of the health checks; null = there was none, or it is not probed. */
  public @Nullable HealthVerdict verdict() {
    return status.verdict;
  }

  /** Notes the verdict for {@link #verdict}. */
  public void verdict(@Nullable HealthVerdict verdict) {
    status.verdict = verdict;
  }

  /** Since when the health checks find what they find, and the result of the deciding probe. */
  public record HealthVerdict(Instant since, String reason) {
    /** Of this moment; null = none, for no reason. */
    public static @Nullable HealthVerdict now(@Nullable String reason) {
      return reason == null ? null : new HealthVerdict(Instant.now(), reason);
    }
  }

  /** How long it is down now, by probes or its agent; zero = it is not. */
  public Duration downFor() {
    return status.downFor();
  }

  /** How long it was down since this member knows it, the time until now included. */
  public Duration downTotal() {
    return status.downTotal();
  }

  /** The last probe by this member; null = it has not probed it. */
  public @Nullable LastCheck lastCheck() {
    return status.lastCheck;
  }

  /** Notes a probe for {@link #lastCheck}; null = this member does not probe it any more. */
  public void checked(@Nullable LastCheck check) {
    status.lastCheck = check;
  }

  /** When its ejection ends at the latest; null = it is not ejected. */
  public @Nullable Instant ejectedUntil() {
    return status.ejected ? status.ejectedUntil : null;
  }

  /** Notes the end of its ejection for {@link #ejectedUntil}. */
  public void ejectedUntil(Instant end) {
    status.ejectedUntil = end;
  }

  /** Whether this member has ejected it for its failures. */
  public boolean isEjected() {
    return status.ejected;
  }

  /** Ejects it or takes it back; has no effect until {@link Pool#refresh}. */
  public void ejected(boolean ejected) {
    status.ejected(ejected);
  }

  /** Lets one session at a time try it while it is ejected, from {@link Pool#refresh} on. */
  public void openTrial() {
    status.openTrial();
  }

  /** For the session that has selected it; null = it is not the one that tries it. */
  public @Nullable Trial takeTrial() {
    return status.takeTrial();
  }

  /** Whether a trial has shown that it works. */
  public boolean hasPassedTrial() {
    return status.isTrial(Trial.TrialState.PASSED);
  }

  /** When it last began to take sessions, as {@link System#nanoTime}; null if it always has. */
  @Nullable Long backSince() {
    return status.backSince;
  }

  /** Starts its slow start: it takes sessions again, or is new in a pool that had others. */
  public void backSince(long nanos) {
    status.backSince = nanos;
  }

  /** Counts a session; if true, {@link #released} must follow once, else its permit is lost. */
  public boolean trySelect() {
    if (!counts.sessions.tryTake()) {
      return false;
    }
    counts.total.increment();
    int now = counts.sessions.inUse();
    if (now > counts.mostActive.get()) {
      counts.mostActive.accumulateAndGet(now, Math::max);
    }
    return true;
  }

  /** The permits for this member's sessions; without a limit unless one is configured. */
  public Permits permits() {
    return counts.sessions;
  }

  /** Whether a permit for one more session of this member is left. */
  public boolean hasRoom() {
    return !counts.sessions.isFull();
  }

  /** Uncounts such a session; throws IllegalStateException if none is counted. */
  public void released() {
    counts.sessions.giveBack();
  }

  /** Counts a failure to connect, or a reset before the first byte. */
  public void failed() {
    failed(false);
  }

  /** The same; a failure {@code ofOnePort} of several tells nothing of the others: in no series. */
  public void failed(boolean ofOnePort) {
    counts.failures.increment();
    if (!ofOnePort) {
      status.failuresInRow.incrementAndGet();
    }
  }

  /** Ends a series of failures: a session got a byte, or ended without a failure. */
  public void worked() {
    // Writes only when there is a failure to forget: event loops share the field.
    if (status.failuresInRow.get() != 0) {
      status.failuresInRow.set(0);
    }
  }

  /** Failures since it last worked. */
  public int failuresInRow() {
    return status.failuresInRow.get();
  }

  public int active() {
    return counts.sessions.inUse();
  }

  /** The most {@link #active} that this member ever had. */
  public int mostActive() {
    return counts.mostActive.get();
  }

  /** Live sessions of all members: of this one exactly, of the others by their latest rows. */
  public int clusterActive() {
    return active() + counts.othersActive;
  }

  /** Sets the live sessions of all other members together, by their latest rows. */
  public void othersActive(int sessions) {
    counts.othersActive = sessions;
  }

  /** All sessions of this member that ever selected this backend. */
  public long total() {
    return counts.total.sum();
  }

  /** All failures of this member to connect, and resets before the first byte. */
  public long failures() {
    return counts.failures.sum();
  }

  /** Counts bytes that its sessions have relayed. */
  public void relayed(long fromClients, long toClients) {
    counts.bytesFromClients.add(fromClients);
    counts.bytesToClients.add(toClients);
  }

  /** Of this member's sessions; those of live ones may be missing for 5 s. */
  public long bytesFromClients() {
    return counts.bytesFromClients.sum();
  }

  /** As {@link #bytesFromClients}. */
  public long bytesToClients() {
    return counts.bytesToClients.sum();
  }

  /** Of this member's connections. */
  public ConnectTimes connectTimes() {
    return counts.connectTimes;
  }

  /** To try in turn, the one that last worked first; empty while the name is not resolved. */
  public List<SocketAddress> addresses() {
    return addresses.inOrder();
  }

  /** The same of a backend whose port is that of the client's connection: {@code port}. */
  public List<SocketAddress> addressesAt(int port) {
    return addresses.inOrder(port);
  }

  /** Puts {@code address}, to which a connection was made, first from now on. */
  public void worked(SocketAddress address) {
    addresses.worked(address);
  }

  /** The name to resolve; null for an IP address or a Unix socket. */
  public @Nullable String hostName() {
    return addresses.hostName();
  }

  /** {@link #hostName} of a backend configured so. */
  public static @Nullable String hostNameOf(BackendConfig config) {
    return BackendAddresses.hostNameOf(config);
  }

  /** Replaces the addresses by those that the host name resolves to now. */
  public void resolved(List<InetAddress> answer) {
    addresses.resolved(answer);
  }

  @Override
  public String toString() {
    return pool + "/" + id;
  }
}
