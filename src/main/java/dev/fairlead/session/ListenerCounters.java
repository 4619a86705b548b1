package dev.fairlead.session;

import dev.fairlead.config.Labelled;
import dev.fairlead.net.tls.TlsDetails;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/**
 * The counters of one listener on this member. Lives as long as the process, across reloads, and is
 * written by every event loop; readers see sums that may be a moment old.
 */
public final class ListenerCounters {
  private final String listener;
  private final LongAdder opened = new LongAdder();
  private final LongAdder closed = new LongAdder();
  private final LongAdder bytesFromClient = new LongAdder();
  private final LongAdder bytesToClient = new LongAdder();
  private final Map<String, LongAdder> sessionsByPool = new ConcurrentHashMap<>();
  private final Map<CloseReason, LongAdder> refused = new ConcurrentHashMap<>();
  private final Map<HeaderResult, LongAdder> headers = new EnumMap<>(HeaderResult.class);

  private final Map<Handshake, LongAdder> handshakes = new ConcurrentHashMap<>();
  private final LongAdder handshakeNanos = new LongAdder();

  /** A kind of handshake: {@code TLSv1.3}, and whether a session was resumed. */
  public record Handshake(String version, boolean resumed) {}

  /** What became of the wait for a PROXY header. The names are API: they stand in a metric. */
  public enum HeaderResult implements Labelled {
    ACCEPTED,
    /** The client has sent none, and need not. */
    NONE,
    /** The client has sent something else. */
    MISSING,
    MALFORMED,
    /** The client may not send one, and must. */
    UNTRUSTED,
    TIMEOUT,
    /** The client has left first. */
    CLOSED
  }

  public ListenerCounters(String listener) {
    this.listener = listener;
    for (HeaderResult result : HeaderResult.values()) {
      headers.put(result, new LongAdder());
    }
  }

  public String listener() {
    return listener;
  }

  void opened() {
    opened.increment();
  }

  void closed() {
    closed.increment();
  }

  void bytesFromClient(int count) {
    bytesFromClient.add(count);
  }

  void bytesToClient(int count) {
    bytesToClient.add(count);
  }

  void header(HeaderResult result) {
    Objects.requireNonNull(headers.get(result)).increment();
  }

  /** PROXY headers that were read, or waited for, with this result. */
  public long headers(HeaderResult result) {
    return Objects.requireNonNull(headers.get(result)).sum();
  }

  void handshake(TlsDetails agreed, long nanos) {
    handshakes
        .computeIfAbsent(new Handshake(agreed.version(), agreed.resumed()), any -> new LongAdder())
        .increment();
    handshakeNanos.add(nanos);
  }

  void handshakeFailed() {
    refused(CloseReason.TLS_HANDSHAKE);
  }

  /** Complete handshakes of TLS; a copy. */
  public Map<Handshake, Long> handshakes() {
    return handshakes.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().sum()));
  }

  /** Complete handshakes of one kind. */
  public long handshakes(Handshake kind) {
    LongAdder count = handshakes.get(kind);
    return count == null ? 0 : count.sum();
  }

  /** Complete handshakes of every kind. */
  public long handshakesDone() {
    return handshakes.values().stream().mapToLong(LongAdder::sum).sum();
  }

  public long handshakesFailed() {
    return refusedFor(CloseReason.TLS_HANDSHAKE);
  }

  /** Of all complete handshakes together. */
  public long handshakeNanos() {
    return handshakeNanos.sum();
  }

  void refused(CloseReason reason) {
    counterOf(reason).increment();
  }

  /** The counter of sessions that went to {@code pool}; resolve it once, not per session. */
  public LongAdder sessionsTo(String pool) {
    return sessionsByPool.computeIfAbsent(pool, name -> new LongAdder());
  }

  /** Forgets the pools that are not in {@code names}; their sessions continue. */
  public void retainPools(Set<String> names) {
    sessionsByPool.keySet().retainAll(names);
  }

  /** The pools of {@link #sessionsTo}; a copy. */
  public Set<String> pools() {
    return Set.copyOf(sessionsByPool.keySet());
  }

  /** Live sessions, never negative. */
  public long active() {
    long ended = closed.sum();
    return Math.max(0, opened.sum() - ended);
  }

  public long total() {
    return opened.sum();
  }

  public long bytesFromClient() {
    return bytesFromClient.sum();
  }

  public long bytesToClient() {
    return bytesToClient.sum();
  }

  /** Clients that were refused for {@code reason}. */
  public long refusedFor(CloseReason reason) {
    return counterOf(reason).sum();
  }

  private LongAdder counterOf(CloseReason reason) {
    return refused.computeIfAbsent(reason, any -> new LongAdder());
  }
}
