package dev.fairlead.session;

import dev.fairlead.net.proxy.ProxyHeader;
import dev.fairlead.net.tls.ClientHello;
import dev.fairlead.net.tls.TlsDetails;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who the client of a session is: as the socket has it, and as the client itself says. On the
 * session's event loop; after the close for any thread.
 */
final class ClientIdentity {
  private final @Nullable SocketAddress peer;

  private @Nullable ProxyHeader header;
  private @Nullable ClientHello hello;
  private @Nullable TlsDetails tls;
  private boolean startTls;

  ClientIdentity(@Nullable SocketAddress peer) {
    this.peer = peer;
  }

  /** Who has connected. */
  @Nullable SocketAddress peer() {
    return peer;
  }

  /** On whose behalf. */
  @Nullable SocketAddress source() {
    return header == null || header.source() == null ? peer : header.source();
  }

  /** Whether the peer has named another. */
  boolean isNamed() {
    return !Objects.equals(source(), peer);
  }

  /** Of the source; null = it has no IP address: a Unix socket. */
  @Nullable InetAddress address() {
    return address(source());
  }

  static @Nullable InetAddress address(@Nullable SocketAddress client) {
    return client instanceof InetSocketAddress socket ? socket.getAddress() : null;
  }

  /** Null = it has sent none. */
  @Nullable ProxyHeader header() {
    return header;
  }

  void header(ProxyHeader sent) {
    header = sent;
  }

  void hello(ClientHello sent) {
    hello = sent;
  }

  /** That it asks for by TLS; null = none, or it was not read. */
  @Nullable String serverName() {
    return hello == null ? null : hello.serverName();
  }

  /** The protocols it offers by TLS. */
  List<String> alpn() {
    return hello == null ? List.of() : hello.alpn();
  }

  /** Of the handshake that is complete; null = none. */
  @Nullable TlsDetails tls() {
    return tls;
  }

  void tls(TlsDetails agreed) {
    tls = agreed;
  }

  /** Whether it has asked for TLS in the words of PostgreSQL. */
  boolean isStartTls() {
    return startTls;
  }

  void startTls() {
    startTls = true;
  }
}
