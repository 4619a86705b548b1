package dev.fairlead.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A client of TLS on a blocking socket of the JDK. */
public final class TlsSocket implements AutoCloseable {
  private final Socket plain;
  private final SSLSocket socket;

  private TlsSocket(Socket plain, SSLSocket socket) {
    this.plain = plain;
    this.socket = socket;
  }

  /** Clients that trust {@code ca} and nobody else. */
  public static Trusting trusting(TestCa ca) {
    return new Trusting(ca, null, null, List.of());
  }

  /** How a client begins. */
  public record Trusting(TestCa ca, TestCa.Issued shown, String version, List<String> alpn) {
    public Trusting showing(TestCa.Issued certificate) {
      return new Trusting(ca, certificate, version, alpn);
    }

    public Trusting version(String only) {
      return new Trusting(ca, shown, only, alpn);
    }

    public Trusting alpn(String... protocols) {
      return new Trusting(ca, shown, version, List.of(protocols));
    }

    /** Connects and completes the handshake as a client of the server {@code name}. */
    public TlsSocket to(TestMember member, String name) throws IOException {
      InetSocketAddress address = (InetSocketAddress) member.address();
      return secured(new Socket(address.getAddress(), address.getPort()), name);
    }

    /** The same on a connection that is there. */
    public TlsSocket over(TestConnection connection, String name) throws IOException {
      return secured(connection.channel().socket(), name);
    }

    private TlsSocket secured(Socket plain, String name) throws IOException {
      SSLSocket socket =
          (SSLSocket)
              context(ca, shown)
                  .getSocketFactory()
                  .createSocket(plain, name, plain.getPort(), true);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(name)));
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      parameters.setApplicationProtocols(alpn.toArray(String[]::new));
      socket.setSSLParameters(parameters);
      if (version != null) {
        socket.setEnabledProtocols(new String[] {version});
      }
      TlsSocket client = new TlsSocket(plain, socket);
      try {
        socket.startHandshake();
        return client;
      } catch (IOException e) {
        plain.close();
        throw e;
      }
    }
  }

  /** The first bytes of a client of the server {@code name}, null = it names none. */
  public static byte[] hello(String name, String... alpn)
      throws GeneralSecurityException, IOException {
    SSLEngine engine = SSLContext.getDefault().createSSLEngine();
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    if (name != null) {
      parameters.setServerNames(List.of(new SNIHostName(name)));
    }
    parameters.setApplicationProtocols(alpn);
    engine.setSSLParameters(parameters);
    ByteBuffer bytes = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), bytes);
    byte[] hello = new byte[bytes.flip().remaining()];
    bytes.get(hello);
    return hello;
  }

  public void send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  public void expect(String text) throws IOException {
    byte[] read = socket.getInputStream().readNBytes(text.length());
    if (read.length < text.length()) {
      throw new IOException("the end after " + read.length + " bytes");
    }
    assertThat(new String(read, StandardCharsets.UTF_8)).isEqualTo(text);
  }

  /** Expects close_notify. */
  public void expectEof() throws IOException {
    assertThat(socket.getInputStream().read()).isEqualTo(-1);
  }

  /** Sends close_notify, and reads on. */
  public void finish() throws IOException {
    socket.shutdownOutput();
  }

  /** Sends a FIN without close_notify. */
  public void cut() throws IOException {
    plain.shutdownOutput();
  }

  /** Of the server's certificate. */
  public String serial() throws IOException {
    X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
    return shown.getSerialNumber().toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /**
   * With the sessions of its clients, so that one can resume another's.
   *
   * @param trusted null = those that the JDK trusts
   * @param shown null = none
   */
  public static SSLContext context(TestCa trusted, TestCa.Issued shown) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          shown == null ? null : keys(shown).getKeyManagers(),
          trusted == null ? null : trust(trusted).getTrustManagers(),
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static KeyManagerFactory keys(TestCa.Issued shown)
      throws GeneralSecurityException, IOException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry(
        "own", shown.key(), new char[0], shown.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(keys, new char[0]);
    return factory;
  }

  private static TrustManagerFactory trust(TestCa ca) throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    InputStream pem =
        new java.io.ByteArrayInputStream(ca.pem().getBytes(StandardCharsets.US_ASCII));
    trusted.setCertificateEntry(
        "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(trusted);
    return factory;
  }

  /** Sends back what comes, with {@code certificate}, on any port of localhost. */
  public static Server echo(TestCa.Issued certificate) throws IOException {
    return new Server(
        (SSLServerSocket)
            context(null, certificate).getServerSocketFactory().createServerSocket(0, 100));
  }

  /** A server with blocking threads. */
  public static final class Server implements AutoCloseable {
    private final SSLServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private Server(SSLServerSocket server) {
      this.server = server;
      threads.execute(this::accept);
    }

    public int port() {
      return server.getLocalPort();
    }

    private void accept() {
      try {
        while (true) {
          SSLSocket client = (SSLSocket) server.accept();
          threads.execute(() -> serve(client));
        }
      } catch (IOException closed) {
        // The test is over.
      }
    }

    private static void serve(SSLSocket client) {
      try (client) {
        client.getInputStream().transferTo(client.getOutputStream());
      } catch (IOException ended) {
        // By the client, who tells.
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
      threads.shutdownNow();
    }
  }
}
