package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.ClusterProcesses;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that members with one secret resume each other's TLS sessions, and only where the same
 * clients may come in. Provoked by openssl, which takes the ticket of one member to the others,
 * also after a restart, and to other listeners. A failure would look like a whole handshake at
 * another member, or a client that comes in by the ticket of a listener that asks for less.
 */
@Tag("slow")
class TicketsIT {
  private static final String REUSED = "Reused, TLSv1.";
  private static final String NEW = "New, TLSv1.";

  @TempDir private static Path directory;
  private static TlsFixture fixture;
  private static PemFiles client;
  private static PingBackend backend;
  private static ClusterProcesses cluster;

  @BeforeAll
  static void startCluster() throws IOException {
    Program.assumeInstalled("openssl");
    fixture = new TlsFixture(directory);
    client = fixture.client("c.example");
    backend = PingBackend.start();
    Path secret = Files.writeString(directory.resolve("secret"), "one secret for all members\n");
    String required = "clientAuth: require, clientCa: '" + fixture.ca + "'";
    List<String> listeners =
        List.of(
            TlsFixture.listener("web", "p", fixture.terminate()),
            TlsFixture.listener("other", "p", fixture.terminate()),
            TlsFixture.listener("known", "p", fixture.terminate(required)));
    List<String> pools = List.of(TlsFixture.pool("p", backend.port()));
    cluster =
        new ClusterProcesses(directory, 3, TlsFixture.document(listeners, pools))
            .cluster("secretFile: " + secret);
    cluster.startAll();
  }

  @AfterAll
  static void stopCluster() throws IOException {
    if (cluster != null) {
      cluster.close();
      backend.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void sessionOfOneMemberIsResumedAtTheOthers(String version) throws Exception {
    String session = begin(version, "m1", "web");
    assertThat(resume(version, session, "m1", "web")).contains(REUSED, "PONG");
    assertThat(resume(version, session, "m2", "web")).contains(REUSED, "PONG");
    assertThat(resume(version, session, "m3", "web")).contains(REUSED, "PONG");
    cluster.kill("m3");
    cluster.start("m3");
    assertThat(resume(version, session, "m3", "web")).contains(REUSED, "PONG");
    String later = begin(version, "m3", "web");
    assertThat(resume(version, later, "m2", "web")).contains(REUSED, "PONG");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void ticketIsWorthNothingAtAnotherListener(String version) throws Exception {
    String session = begin(version, "m1", "web");
    assertThat(resume(version, session, "m1", "other")).contains(NEW, "PONG");
    assertThat(resume(version, session, "m2", "other")).contains(NEW, "PONG");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void ticketIsNoCertificateOfAClient(String version) throws Exception {
    String unknown = begin(version, "m1", "web");
    assertThat(resume(version, unknown, "m2", "known"))
        .doesNotContain(REUSED)
        .doesNotContain("PONG");
    assertThat(resume(version, unknown, "m2", "known", shown())).contains(NEW, "PONG");
    String known = begin(version, "m1", "known", shown());
    assertThat(resume(version, known, "m2", "web")).contains(NEW, "PONG");
  }

  private static String[] shown() {
    return new String[] {"-cert", client.certificate().toString(), "-key", client.key().toString()};
  }

  /** Returns the file with the session. */
  private static String begin(String version, String member, String listener, String... more)
      throws IOException {
    String file = Files.createTempFile(directory, "session", "").toString();
    String output = ping(version, "-sess_out", file, member, listener, more);
    assertThat(output).contains(NEW, "PONG");
    return file;
  }

  private static String resume(
      String version, String session, String member, String listener, String... more)
      throws IOException {
    return ping(version, "-sess_in", session, member, listener, more);
  }

  private static String ping(
      String version, String way, String file, String member, String listener, String... more)
      throws IOException {
    List<String> options =
        new ArrayList<>(List.of("-servername", TlsFixture.NAME, version, way, file));
    options.addAll(List.of(more));
    int port = cluster.member(member).port(listener);
    return fixture.ping(port, options.toArray(String[]::new)).output();
  }
}
