package dev.fairlead.net.tls;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fairlead.config.TlsConfig.ClientAuth;
import dev.fairlead.config.TlsConfig.Terminate;
import dev.fairlead.config.TlsConfig.Tickets;
import dev.fairlead.config.TlsConfig.TlsVersion;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import java.lang.ref.Reference;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Ends the TLS of one listener's clients: one context of Netty for each certificate, chosen by the
 * host a client names. Immutable but for the keys of tickets; any thread. A session that has taken
 * one along may use it for as long as it likes: see {@link NativeMemory}.
 *
 * <p>ALPN: the first of our protocols that the client offers too. If there is none, the handshake
 * goes on without ALPN, as HAProxy does it; the alert of RFC 7301 is not in the API of BoringSSL.
 */
public final class ServerContexts implements TlsContexts {
  private final Setup setup;
  private final String digest;
  private final String identity;
  private final List<ServerCertificate> certificates;
  private final List<SslContext> contexts;

  /** Host or, with the asterisk, the hosts of one domain -> the first certificate for it. */
  private final Map<String, SslContext> byName = new HashMap<>();

  /** Guarded by this: the period whose keys the contexts have. */
  private long period = Long.MIN_VALUE;

  /**
   * What is not in the files.
   *
   * @param listener its name: tickets of another one are not accepted
   * @param tickets outlives the contexts, so that a new certificate does not end all sessions
   */
  public record Setup(String listener, Terminate tls, TlsProvider provider, TicketKeys tickets) {}

  private ServerContexts(Setup setup, ListenerFiles files, List<SslContext> contexts, Instant now) {
    this.setup = setup;
    this.digest = files.digest();
    this.identity = identity(setup, files);
    this.certificates = files.certificates();
    this.contexts = contexts;
    for (int i = 0; i < contexts.size(); i++) {
      for (String name : certificates.get(i).names()) {
        byName.putIfAbsent(name, contexts.get(i));
      }
    }
    limitSessions();
    rotate(now);
    NativeMemory.releaseWith(this, contexts);
  }

  /** Reads all files of {@code setup}; blocks. */
  public static TlsFiles<ServerContexts> read(Setup setup, Instant now) {
    ListenerFiles files = ListenerFiles.read(setup.tls());
    List<TlsProblem> problems = new ArrayList<>(files.problems());
    for (String cipher : CipherNames.unknown(setup.provider(), setup.tls().ciphers())) {
      problems.add(
          new TlsProblem(
              "ciphers", cipher, "a cipher of TLS 1.2, as OpenSSL names it, that is known here"));
    }
    return new TlsFiles<>(files.digest(), List.copyOf(problems), () -> make(setup, files, now));
  }

  private static ServerContexts make(Setup setup, ListenerFiles files, Instant now)
      throws TlsProblem {
    List<SslContext> made = new ArrayList<>();
    try {
      ClientTrust clients = files.clients(setup.tls().clientNames());
      for (ServerCertificate certificate : files.certificates()) {
        try {
          made.add(context(setup, certificate, clients));
        } catch (SSLException | IllegalArgumentException e) {
          throw new TlsProblem(
              "certificates", certificate.file(), "a certificate that can be used with TLS here");
        }
      }
      return new ServerContexts(setup, files, List.copyOf(made), now);
    } catch (GeneralSecurityException e) {
      NativeMemory.release(made);
      throw new TlsProblem(
          "clientCa", String.valueOf(setup.tls().clientCa()), "authorities that can be used");
    } catch (TlsProblem e) {
      NativeMemory.release(made);
      throw e;
    }
  }

  private static SslContext context(Setup setup, ServerCertificate certificate, ClientTrust clients)
      throws SSLException {
    Terminate tls = setup.tls();
    SslContextBuilder builder = builder(setup, certificate);
    return builder
        .sslProvider(setup.provider().netty())
        .protocols(versions(tls.minVersion()))
        .ciphers(CipherNames.enabled(tls.ciphers()))
        .applicationProtocolConfig(alpn(tls.alpn()))
        .trustManager(clients)
        .clientAuth(netty(tls.clientAuth()))
        .sessionTimeout(TicketKeys.PERIOD.toSeconds())
        .build();
  }

  private static SslContextBuilder builder(Setup setup, ServerCertificate certificate)
      throws SSLException {
    if (setup.provider() == TlsProvider.JDK && setup.tls().tickets() == Tickets.OFF) {
      return SslContextBuilder.forServer(new UnresumedKey(certificate));
    }
    RsaSigner signer =
        setup.provider() == TlsProvider.BORINGSSL ? RsaSigner.of(certificate.key()) : null;
    return signer == null
        ? SslContextBuilder.forServer(certificate.key(), certificate.chain())
        : signer.builder(certificate.chain());
  }

  static List<String> versions(TlsVersion lowest) {
    return Stream.of(TlsVersion.values())
        .filter(version -> version.compareTo(lowest) >= 0)
        .map(TlsVersion::label)
        .toList();
  }

  static ApplicationProtocolConfig alpn(List<String> protocols) {
    return protocols.isEmpty()
        ? ApplicationProtocolConfig.DISABLED
        : new ApplicationProtocolConfig(
            ApplicationProtocolConfig.Protocol.ALPN,
            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
            protocols);
  }

  private static io.netty.handler.ssl.ClientAuth netty(ClientAuth wanted) {
    return switch (wanted) {
      case NONE -> io.netty.handler.ssl.ClientAuth.NONE;
      case REQUEST -> io.netty.handler.ssl.ClientAuth.OPTIONAL;
      case REQUIRE -> io.netty.handler.ssl.ClientAuth.REQUIRE;
    };
  }

  /** Who may come in, and where: a ticket is worth nothing where this is another. */
  private static String identity(Setup setup, ListenerFiles files) {
    return String.join(
        "\n", setup.listener(), setup.tls().clientAuth().label(), files.clientsDigest());
  }

  /**
   * A handler for the server side of a new channel; on its event loop. Its handshake has no time
   * limit of its own.
   *
   * @param serverName the host that the client names, null = none
   */
  public SslHandler newHandler(ByteBufAllocator allocator, @Nullable String serverName) {
    try {
      SslHandler handler = contextOf(serverName).newHandler(allocator);
      handler.setHandshakeTimeoutMillis(0);
      // Netty switches tickets on for each engine that speaks TLS 1.3.
      if (setup.tls().tickets() == Tickets.OFF
          && handler.engine() instanceof ReferenceCountedOpenSslEngine engine) {
        SSL.setOptions(engine.sslPointer(), SSL.SSL_OP_NO_TICKET);
      }
      return handler;
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** By the whole name, else by an asterisk for its first label, else the first certificate's. */
  SslContext contextOf(@Nullable String serverName) {
    if (serverName == null) {
      return contexts.get(0);
    }
    String name = serverName.toLowerCase(Locale.ROOT);
    SslContext exact = byName.get(name);
    if (exact != null) {
      return exact;
    }
    int dot = name.indexOf('.');
    SslContext wildcard = dot > 0 ? byName.get("*" + name.substring(dot)) : null;
    return wildcard != null ? wildcard : contexts.get(0);
  }

  /** Sessions belong to this listener, and are resumed by tickets only: a cache takes memory. */
  private void limitSessions() {
    byte[] owner = Certificates.sha256().digest(identity.getBytes(UTF_8));
    for (SslContext context : contexts) {
      if (context.sessionContext() instanceof OpenSslServerSessionContext sessions) {
        sessions.setSessionIdContext(owner);
        sessions.setSessionCacheEnabled(false);
      }
    }
  }

  @Override
  public synchronized void rotate(Instant now) {
    long current = TicketKeys.period(now);
    if (current == period || setup.tls().tickets() == Tickets.OFF) {
      return;
    }
    OpenSslSessionTicketKey[] keys =
        setup.tickets().keys(identity, current).toArray(OpenSslSessionTicketKey[]::new);
    try {
      for (SslContext context : contexts) {
        if (context.sessionContext() instanceof OpenSslServerSessionContext sessions) {
          sessions.setTicketKeys(keys);
        }
      }
    } finally {
      Reference.reachabilityFence(this);
    }
    period = current;
  }

  @Override
  public String digest() {
    return digest;
  }

  @Override
  public List<ServerCertificate> certificates() {
    return certificates;
  }

  /** What is not as the configuration says, for the status; empty = all is. */
  public List<String> notes() {
    return setup.tls().tickets() == Tickets.CLUSTER && !setup.provider().sharesTicketKeys()
        ? List.of("tickets: cluster acts as member, because the JDK cannot share their keys")
        : List.of();
  }
}
