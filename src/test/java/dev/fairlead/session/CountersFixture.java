package dev.fairlead.session;

import dev.fairlead.net.tls.TlsDetails;

/** Listener counters that a test outside this package fills. */
public final class CountersFixture {
  private final ListenerCounters counters;

  public CountersFixture(String listener) {
    this(new ListenerCounters(listener));
  }

  public CountersFixture(ListenerCounters counters) {
    this.counters = counters;
  }

  public ListenerCounters counters() {
    return counters;
  }

  public CountersFixture opened(String pool) {
    counters.opened();
    counters.sessionsTo(pool).increment();
    return this;
  }

  public CountersFixture closed() {
    counters.closed();
    return this;
  }

  public CountersFixture relayed(int fromClient, int toClient) {
    counters.bytesFromClient(fromClient);
    counters.bytesToClient(toClient);
    return this;
  }

  /** A complete handshake. */
  public CountersFixture handshake(String version, boolean resumed, long nanos) {
    counters.handshake(new TlsDetails(version, "any", resumed, null, null, null, null), nanos);
    return this;
  }

  public CountersFixture handshakeFailed() {
    counters.handshakeFailed();
    return this;
  }

  public CountersFixture refused(CloseReason reason) {
    counters.refused(reason);
    return this;
  }
}
