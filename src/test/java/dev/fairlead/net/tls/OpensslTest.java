package dev.fairlead.net.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.TlsConfig.BackendTls;
import dev.fairlead.config.TlsConfig.CertificateSource.CertificateFile;
import dev.fairlead.config.TlsConfig.ClientAuth;
import dev.fairlead.config.TlsConfig.Terminate;
import dev.fairlead.config.TlsConfig.Tickets;
import dev.fairlead.config.TlsConfig.TlsVersion;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.TestCa;
import dev.fairlead.testkit.TestRun;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ensures that another implementation of TLS understands ours. Provoked by processes of {@code
 * openssl s_client} and {@code s_server}. A failure would be that only our own sides agree.
 */
@EnabledIf("isInstalled")
final class OpensslTest {
  private static final TestCa CA = TestCa.root("Test CA");
  private static final TicketKeys CLUSTER =
      TicketKeys.ofCluster(List.of("the secret of the cluster".getBytes(UTF_8)));
  private static final Pattern PORT = Pattern.compile("ACCEPT [0-9.:\\[\\]]*:(\\d+)\\s");

  @TempDir private Path directory;
  private final List<Process> processes = new ArrayList<>();
  private TlsPeers peers;
  private Path ca;

  static boolean isInstalled() {
    try {
      return new ProcessBuilder("openssl", "version").start().waitFor() == 0;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }

  @BeforeEach
  void start() throws Exception {
    peers = new TlsPeers();
    ca = Files.writeString(directory.resolve("ca.pem"), CA.pem());
  }

  @AfterEach
  void stop() {
    peers.close();
    processes.forEach(Process::destroyForcibly);
  }

  @ParameterizedTest
  @CsvSource({"BORINGSSL,-tls1_2", "BORINGSSL,-tls1_3", "JDK,-tls1_2", "JDK,-tls1_3"})
  void aClientOfOpensslVerifiesAndResumes(TlsProvider provider, String version) throws Exception {
    int port = serve(provider, ClientAuth.NONE, CLUSTER);
    String session = directory.resolve("session").toString();

    String first = client(port, version, "-sess_out", session);
    String second = client(port, version, "-sess_in", session);

    assertThat(first).contains("Verify return code: 0 (ok)").contains("New, TLSv1.");
    assertThat(second).contains("Reused, TLSv1.");
    assertThat(peers.nextAccepted().details().resumed()).isFalse();
    assertThat(peers.nextAccepted().details().resumed()).isTrue();
  }

  /** By all three ways in which a server uses such a key. */
  @ParameterizedTest
  @CsvSource({
    "BORINGSSL,-tls1_3,ALL",
    "BORINGSSL,-tls1_2,ECDHE-RSA-AES128-GCM-SHA256",
    "BORINGSSL,-tls1_2,AES128-GCM-SHA256",
    "JDK,-tls1_3,ALL",
    "JDK,-tls1_2,ECDHE-RSA-AES128-GCM-SHA256"
  })
  void aClientOfOpensslVerifiesAKeyOfRsa(TlsProvider provider, String version, String cipher)
      throws Exception {
    Instant later = Instant.now().plus(Duration.ofDays(30));
    TestCa.Issued rsa = CA.issue(TestCa.keys("RSA", 2048), later, "web", "dns:web.example");
    int port = serve(provider, ClientAuth.NONE, CLUSTER, rsa);
    String session = directory.resolve("session").toString();

    String first = client(port, version, "-cipher", cipher, "-sess_out", session);
    String second = client(port, version, "-cipher", cipher, "-sess_in", session);

    assertThat(first).contains("Verify return code: 0 (ok)").contains("New, TLSv1.");
    assertThat(second).contains("Reused, TLSv1.");
  }

  @ParameterizedTest
  @CsvSource({"-tls1_2", "-tls1_3"})
  void aClientOfOpensslResumesAtAnotherMember(String version) throws Exception {
    int one = serve(TlsProvider.BORINGSSL, ClientAuth.REQUEST, CLUSTER);
    int other = serve(TlsProvider.BORINGSSL, ClientAuth.REQUEST, CLUSTER);
    PemFiles own = CA.issue("c", "dns:c.example").write(directory, "c");
    String session = directory.resolve("session").toString();
    String cert = own.certificate().toString();
    String key = own.key().toString();

    client(one, version, "-sess_out", session, "-cert", cert, "-key", key);
    assertThat(client(other, version, "-sess_in", session)).contains("Reused, TLSv1.");

    assertThat(peers.nextAccepted().details().clientName()).isEqualTo("c.example");
    TlsDetails resumed = peers.nextAccepted().details();
    assertThat(resumed.resumed()).isTrue();
    assertThat(resumed.clientName()).isEqualTo("c.example");
  }

  @ParameterizedTest
  @CsvSource({"BORINGSSL,-tls1_2", "BORINGSSL,-tls1_3", "JDK,-tls1_2", "JDK,-tls1_3"})
  void aServerOfOpensslIsVerifiedAndResumed(TlsProvider provider, String version) throws Exception {
    int port = server(version);
    BackendTls tls =
        new BackendTls(true, ca, "db.example", null, null, List.of(), TlsVersion.TLS_1_2);
    BackendContexts contexts = BackendContexts.read(tls, provider).contexts().make();
    Function<ByteBufAllocator, SslHandler> client =
        allocator -> contexts.newHandler(allocator, "127.0.0.1", port);

    TlsPeers.Outcome first = peers.handshake(port, client);
    TlsPeers.Outcome second = peers.handshake(port, client);

    assertThat(first.failure()).isNull();
    assertThat(first.details().resumed()).isFalse();
    assertThat(second.details().resumed()).isTrue();
  }

  @Test
  void aServerOfOpensslWithAnotherNameIsRefused() throws Exception {
    int port = server("-tls1_3");
    BackendTls tls = new BackendTls(true, ca, null, null, null, List.of(), TlsVersion.TLS_1_2);
    for (TlsProvider provider : TlsProvider.values()) {
      BackendContexts contexts = BackendContexts.read(tls, provider).contexts().make();
      assertThat(
              peers.handshake(port, all -> contexts.newHandler(all, "other.example", port)).isOk())
          .isFalse();
    }
  }

  private int serve(TlsProvider provider, ClientAuth auth, TicketKeys keys) throws Exception {
    return serve(provider, auth, keys, CA.issue("web", "dns:web.example"));
  }

  private int serve(TlsProvider provider, ClientAuth auth, TicketKeys keys, TestCa.Issued shown)
      throws Exception {
    PemFiles files = shown.write(directory, "web");
    Terminate tls =
        new Terminate(
            List.of(new CertificateFile(files.certificate(), files.key())),
            auth,
            auth == ClientAuth.NONE ? null : ca,
            null,
            List.of(),
            TlsVersion.TLS_1_2,
            List.of(),
            List.of(),
            Tickets.CLUSTER,
            Duration.ofSeconds(30));
    ServerContexts.Setup setup = new ServerContexts.Setup("web", tls, provider, keys);
    return peers.serve(ServerContexts.read(setup, Instant.now()).contexts().make());
  }

  /** What a client writes until the answer has come. */
  private String client(int port, String... options) throws Exception {
    List<String> words =
        new ArrayList<>(
            List.of(
                "s_client",
                "-connect",
                "127.0.0.1:" + port,
                "-servername",
                "web.example",
                "-verify_hostname",
                "web.example",
                "-CAfile",
                ca.toString()));
    words.addAll(List.of(options));
    Process process = openssl(words);
    String written = readTo(process.getInputStream(), Pattern.compile("!"));
    process.getOutputStream().write("Q\n".getBytes(UTF_8));
    process.getOutputStream().flush();
    return written + new String(process.getInputStream().readAllBytes(), UTF_8);
  }

  private int server(String version) throws Exception {
    PemFiles files = CA.issue("db", "dns:db.example").write(directory, "db");
    Process process =
        openssl(
            List.of(
                "s_server",
                "-accept",
                "127.0.0.1:0",
                "-cert",
                files.certificate().toString(),
                "-key",
                files.key().toString(),
                "-rev",
                version));
    String written = readTo(process.getInputStream(), PORT);
    Matcher port = PORT.matcher(written);
    assertThat(port.find()).isTrue();
    return Integer.parseInt(port.group(1));
  }

  private Process openssl(List<String> words) throws IOException {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(words);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    processes.add(process);
    // Reading from a process cannot be interrupted.
    CompletableFuture.delayedExecutor(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .execute(process::destroyForcibly);
    return process;
  }

  /** What comes until {@code end}, or until the process ends. */
  private static String readTo(InputStream in, Pattern end) throws IOException {
    StringBuilder read = new StringBuilder();
    for (int next = in.read(); next >= 0; next = in.read()) {
      read.append((char) next);
      if (end.matcher(read).find()) {
        break;
      }
    }
    return read.toString();
  }
}
