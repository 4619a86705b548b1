package dev.fairlead.session;

import dev.fairlead.net.tls.TlsDetails;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a session: at its close for the access log, or of a live one for the API.
 * Immutable.
 *
 * @param time when the record was made
 * @param session id, unique over members and restarts
 * @param source the client, which its PROXY header names if it has sent one
 * @param peer who has connected; null = the source
 * @param port that the client has connected to, of a listener with a range of ports; else 0
 * @param tls what the handshake with the client has agreed on, null = there was none
 * @param sni null = none seen
 * @param route null = the listener's own pool
 * @param pool null = none was chosen
 * @param backend id of the last backend tried, null = none was chosen
 * @param connectMicros from the accept to the backend's answer, -1 = never connected
 * @param reason null = still alive
 */
public record SessionRecord(
    Instant time,
    String session,
    String listener,
    @Nullable SocketAddress source,
    @Nullable SocketAddress peer,
    int port,
    @Nullable TlsDetails tls,
    @Nullable String sni,
    @Nullable String route,
    @Nullable String pool,
    @Nullable String backend,
    int attempts,
    long connectMicros,
    long durationMs,
    long bytesFromClient,
    long bytesToClient,
    @Nullable CloseReason reason,
    Phase phase) {

  /** {@code connectMicros} in whole milliseconds; -1 = never connected. */
  public long connectMs() {
    return connectMicros < 0 ? -1 : connectMicros / 1000;
  }

  /** The client's address as it is written: {@code ip:port}, {@code [v6]:port} or {@code unix:}. */
  public String sourceText() {
    return text(source);
  }

  /** The peer's address, as that of the source; null = it is the source. */
  public @Nullable String peerText() {
    return peer == null ? null : text(peer);
  }

  private static String text(@Nullable SocketAddress socket) {
    return socket instanceof InetSocketAddress address
        ? NetUtil.toSocketAddressString(address)
        : "unix:";
  }
}
