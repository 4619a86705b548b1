package dev.fairlead.session;

import dev.fairlead.config.ProxyProtocolConfig.SendProxy;
import dev.fairlead.config.ProxyProtocolConfig.Version;
import dev.fairlead.net.proxy.ProxyHeader;
import dev.fairlead.net.proxy.ProxyHeaderWriter;
import dev.fairlead.net.proxy.SslTlv;
import dev.fairlead.net.proxy.Tlv;
import dev.fairlead.net.tls.TlsDetails;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the PROXY header that the connection of a session to its backend begins with. */
final class OutgoingHeader {
  /** For TLVs: a header's length is 16 bits, the addresses of IPv6 and a checksum included. */
  private static final int ROOM = Tlv.MAX_BYTES - 36 - 7;

  private OutgoingHeader() {}

  private static int bytes(Tlv tlv) {
    return 3 + tlv.length();
  }

  /** Writes the header that the session's pool has, if any, as the first bytes of a connection. */
  static void write(SessionAccount account, Channel client, Side backend) {
    SendProxy config = account.destination().pool().config().proxyProtocol();
    if (config != null) {
      backend.writeAndFlush(of(config, account, client));
    }
  }

  /** The caller releases it. */
  private static ByteBuf of(SendProxy config, SessionAccount account, Channel client) {
    ProxyHeader received = account.client().header();
    SocketAddress from = account.client().peer();
    SocketAddress to = client.localAddress();
    if (received != null && received.source() != null) {
      from = received.source();
      to = received.destination();
    }
    ProxyHeader header = header(config, account, from, to);
    ByteBuf bytes = client.alloc().buffer();
    try {
      if (config.crc32c()) {
        ProxyHeaderWriter.writeWithChecksum(header, bytes);
      } else {
        ProxyHeaderWriter.write(header, bytes);
      }
      return bytes;
    } catch (IllegalArgumentException tooLong) {
      bytes.release();
      throw tooLong;
    }
  }

  /** Without IP addresses it says LOCAL as that of HAProxy: many receivers refuse UNSPEC. */
  private static ProxyHeader header(
      SendProxy config,
      SessionAccount account,
      @Nullable SocketAddress from,
      @Nullable SocketAddress to) {
    if (config.version() == Version.V1) {
      return ProxyHeader.v1(from, to);
    }
    return from instanceof InetSocketAddress && to instanceof InetSocketAddress
        ? ProxyHeader.v2(from, to, tlvs(config, account))
        : ProxyHeader.local();
  }

  private static Tlv ssl(TlsDetails tls) {
    boolean shown = tls.clientName() != null;
    int flags = SslTlv.OVER_TLS | (shown ? SslTlv.CERTIFICATE_IN_SESSION : 0);
    if (shown && !tls.resumed()) {
      flags |= SslTlv.CERTIFICATE_ON_CONNECTION;
    }
    return new SslTlv(flags, shown ? 0 : 1, tls.version(), tls.cipher(), tls.commonName()).toTlv();
  }

  /** Those of this member, then of the client's header those of other types, as far as they fit. */
  private static List<Tlv> tlvs(SendProxy config, SessionAccount account) {
    List<Tlv> all = new ArrayList<>();
    if (config.authority() && account.client().serverName() != null) {
      all.add(Tlv.of(Tlv.AUTHORITY, account.client().serverName()));
    }
    TlsDetails tls = account.client().tls();
    if (tls != null && tls.alpn() != null) {
      all.add(Tlv.of(Tlv.ALPN, tls.alpn()));
    }
    if (tls != null && config.ssl()) {
      all.add(ssl(tls));
    }
    if (config.uniqueId()) {
      all.add(Tlv.of(Tlv.UNIQUE_ID, account.id()));
    }
    ProxyHeader received = account.client().header();
    if (config.passThrough() && received != null) {
      Set<Integer> own = new HashSet<>();
      all.forEach(tlv -> own.add(tlv.type()));
      int room = ROOM - all.stream().mapToInt(OutgoingHeader::bytes).sum();
      for (Tlv tlv : received.tlvs()) {
        if (!own.contains(tlv.type()) && bytes(tlv) <= room) {
          all.add(tlv);
          room -= bytes(tlv);
        }
      }
    }
    return all;
  }
}
