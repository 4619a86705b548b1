package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.ClusterProcesses;
import dev.fairlead.testkit.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that the keys of tickets change with the clock on all members, and that sessions outlive
 * the change. Provoked by members whose clocks are stepped over the next change, one after the
 * other, and by openssl, which takes its tickets from each of them to the others and shows the name
 * of the key that sealed them. A failure would look like a whole handshake, or a key that stays.
 * Needs Linux and a C compiler.
 */
@Tag("slow")
class TicketRotationIT {
  private static final List<String> MEMBERS = List.of("m1", "m2", "m3");

  private static final String REUSED = "Reused, TLSv1.";
  private static final String NEW = "New, TLSv1.";

  /** Of the clock, from its beginning. */
  private static final Duration PERIOD = Duration.ofHours(12);

  /** The first 16 bytes of a ticket name its key. */
  private static final Pattern KEY_NAME =
      Pattern.compile("TLS session ticket:\\s+0000 - ([-0-9a-f ]{47})");

  @TempDir private Path directory;
  private TlsFixture fixture;
  private PingBackend backend;
  private ClusterProcesses cluster;
  private SteppedClock clock;

  /** What to add to the real time to be an hour before the keys change. */
  private Duration before;

  @BeforeEach
  void startCluster() throws IOException {
    Program.assumeInstalled("openssl");
    fixture = new TlsFixture(directory);
    clock = SteppedClock.in(directory);
    backend = PingBackend.start();
    Path secret = Files.writeString(directory.resolve("secret"), "one secret for all members\n");
    List<String> listeners = List.of(TlsFixture.listener("web", "p", fixture.terminate()));
    List<String> pools = List.of(TlsFixture.pool("p", backend.port()));
    cluster =
        new ClusterProcesses(directory, 3, TlsFixture.document(listeners, pools))
            .cluster("secretFile: " + secret);
    long intoPeriod = Instant.now().getEpochSecond() % PERIOD.toSeconds();
    before = PERIOD.minusHours(1).minusSeconds(intoPeriod);
    for (String member : MEMBERS) {
      clock.give(cluster, member, before);
    }
    cluster.startAll();
  }

  @AfterEach
  void stopCluster() throws IOException {
    if (cluster != null) {
      cluster.close();
      backend.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void sessionsAreResumedAtTheOthersWhileKeysChange(String version) throws Exception {
    Path old = directory.resolve("old");
    String first = keyName(begin(version, "m1", old));
    assertThat(keyName(begin(version, "m3", directory.resolve("same")))).isEqualTo(first);
    assertResumed(version, old, MEMBERS);
    clock.step("m1", before.plusHours(2));
    Path early = directory.resolve("early");
    String second = until(() -> keyName(begin(version, "m1", early)), first);
    assertThat(keyName(begin(version, "m2", directory.resolve("late")))).isEqualTo(first);
    assertResumed(version, old, MEMBERS);
    clock.step("m2", before.plusHours(2));
    clock.step("m3", before.plusHours(2));
    for (String member : List.of("m2", "m3")) {
      Path file = directory.resolve("at " + member);
      assertThat(until(() -> keyName(begin(version, member, file)), first)).isEqualTo(second);
    }
    assertResumed(version, old, MEMBERS);
    assertResumed(version, early, MEMBERS);
    cluster.kill("m3");
    cluster.start("m3");
    assertResumed(version, old, MEMBERS);
    assertResumed(version, early, MEMBERS);
    clock.step("m2", before.plus(PERIOD).plusHours(2));
    await().until(() -> ping(version, "-sess_in", old, "m2").contains(NEW));
    assertResumed(version, old, List.of("m1", "m3"));
  }

  /** The first answer that is another one than {@code last}. */
  private static String until(Callable<String> answer, String last) {
    return await().until(answer, each -> !each.equals(last));
  }

  private void assertResumed(String version, Path session, List<String> members)
      throws IOException {
    for (String member : members) {
      assertThat(ping(version, "-sess_in", session, member)).as(member).contains(REUSED, "PONG");
    }
  }

  /** Returns what openssl says of a new session. */
  private String begin(String version, String member, Path session) throws IOException {
    String output = ping(version, "-sess_out", session, member);
    assertThat(output).contains(NEW, "PONG");
    return output;
  }

  private static String keyName(String output) {
    List<String> names =
        KEY_NAME.matcher(output).results().map(result -> result.group(1)).distinct().toList();
    assertThat(names).as(output).hasSize(1);
    return names.get(0);
  }

  private String ping(String version, String way, Path file, String member) throws IOException {
    return fixture
        .ping(
            cluster.member(member).port("web"),
            "-servername",
            TlsFixture.NAME,
            version,
            way,
            file.toString())
        .output();
  }
}
