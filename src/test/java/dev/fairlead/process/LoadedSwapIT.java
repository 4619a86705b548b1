package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.ClusterProcesses;
import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.TestCa;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TlsSocket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Ensures that a certificate is replaced on all members under load. Provoked by two thousand
 * handshakes in a second, or as many as the machine has time for, whole or resumed, at three
 * members, whose file is replaced again and again. A failure would look like a handshake that
 * fails, or a member that serves the old certificate for more than a second. Prints how many
 * handshakes there were and how long members took.
 */
@Tag("slow")
class LoadedSwapIT {
  private static final List<String> MEMBERS = List.of("m1", "m2", "m3");

  /** At each member, in a second. */
  private static final int RATE = Integer.getInteger("fairlead.rate", 700);

  /** In its first quarter the members compile what they run often. */
  private static final Duration LENGTH = Duration.ofSeconds(40);

  private static final Duration LATEST = Duration.ofSeconds(1);
  private static final String TOOK = "took changed files of TLS";

  @TempDir private Path directory;

  /** From the new file to the member's log, of each certificate at each member. */
  private final List<Duration> delays = new ArrayList<>();

  @ParameterizedTest
  @EnumSource
  void noHandshakeFailsWhileTheCertificateIsReplaced(NativeLoad.Handshakes handshakes)
      throws Exception {
    Path program = NativeLoad.compile(directory);
    TlsFixture fixture = new TlsFixture(directory);
    Path file = Files.writeString(directory.resolve("both.pem"), fixture.certificate().pem());
    List<Integer> backends = MEMBERS.stream().map(member -> FreePorts.next()).toList();
    List<NativeLoad> loads = new ArrayList<>();
    try (ClusterProcesses cluster = cluster(file, backends)) {
      cluster.startAll();
      for (int i = 0; i < MEMBERS.size(); i++) {
        int proxy = cluster.member(MEMBERS.get(i)).port(MEMBERS.get(i));
        NativeLoad.Order order =
            new NativeLoad.Order(handshakes, proxy, backends.get(i), RATE, LENGTH);
        loads.add(NativeLoad.start(program, order));
      }
      loads.forEach(NativeLoad::awaitMeasuring);
      while (loads.stream().allMatch(NativeLoad::isRunning)) {
        replace(cluster, fixture, file);
      }
      double perSecond = assertAllDone(handshakes, loads);
      assertTaken(cluster, perSecond);
    } finally {
      loads.forEach(NativeLoad::close);
    }
  }

  /** Each member has a listener with its own name and backend. */
  private ClusterProcesses cluster(Path certificate, List<Integer> backends) {
    String tls = "tls: { certificates: [{ cert: '" + certificate + "' }] }";
    List<String> listeners = new ArrayList<>();
    List<String> pools = new ArrayList<>();
    for (int i = 0; i < MEMBERS.size(); i++) {
      String name = MEMBERS.get(i);
      listeners.add(TlsFixture.listener(name, name, tls));
      pools.add(TlsFixture.pool(name, backends.get(i)));
    }
    String document = TlsFixture.document(listeners, pools);
    return new ClusterProcesses(directory, MEMBERS.size(), document).jvm("-XX:TieredStopAtLevel=4");
  }

  private void replace(ClusterProcesses cluster, TlsFixture fixture, Path file) throws IOException {
    TestCa.Issued next = fixture.certificate();
    String serial = next.leaf().getSerialNumber().toString();
    Path aside = Files.writeString(directory.resolve("aside.pem"), next.pem());
    Instant began = Instant.now();
    Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    for (String name : MEMBERS) {
      FairleadProcess member = cluster.member(name);
      await(name).until(() -> taken(member, name).compareTo(began) > 0);
      delays.add(Duration.between(began, taken(member, name)));
      assertThat(serial(fixture.authority, member.port(name))).as(name).isEqualTo(serial);
    }
  }

  /** When a member last said that its listener has another certificate. */
  private static Instant taken(FairleadProcess member, String listener) {
    return member.errLines().stream()
        .filter(line -> line.endsWith("listener " + listener + ": " + TOOK))
        .map(line -> Instant.parse(line.substring(0, line.indexOf(' '))))
        .reduce(Instant.MIN, (before, last) -> last);
  }

  private static String serial(TestCa authority, int port) throws IOException {
    try (TestConnection plain =
            TestClient.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        TlsSocket client = TlsSocket.trusting(authority).over(plain, TlsFixture.NAME)) {
      return client.serial();
    }
  }

  /** Returns how many there were in a second. */
  private static double assertAllDone(NativeLoad.Handshakes handshakes, List<NativeLoad> loads) {
    double perSecond = 0;
    for (NativeLoad load : loads) {
      JsonObject report = load.finish();
      assertThat(report.getInteger("errors")).as(report.encode()).isZero();
      perSecond += report.getInteger("operations") / report.getDouble("seconds");
    }
    System.out.println(Math.round(perSecond) + " handshakes a second, " + handshakes);
    assertThat(perSecond).isPositive();
    return perSecond;
  }

  /** All but a tenth in time, on a machine that has time for a quarter of the load. */
  private void assertTaken(ClusterProcesses cluster, double perSecond) {
    List<Duration> sorted = delays.stream().sorted().toList();
    Duration most = sorted.get(sorted.size() * 9 / 10);
    System.out.println(
        sorted.size() / MEMBERS.size()
            + " certificates, taken after "
            + (sorted.get(0) + " to " + sorted.get(sorted.size() - 1))
            + (", nine of ten within " + most));
    if (perSecond > RATE * MEMBERS.size() / 4.0) {
      assertThat(most).isLessThan(LATEST);
    }
    assertThat(cluster.members())
        .flatExtracting(FairleadProcess::errLines)
        .noneMatch(line -> line.matches(".* (WARN|ERROR) +(CertificateWatch|TlsInForce) .*"));
  }
}
