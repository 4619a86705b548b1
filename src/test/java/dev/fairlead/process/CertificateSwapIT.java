package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.ClusterProcesses;
import dev.fairlead.testkit.ConfigMapVolume;
import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.TestCa;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TlsSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that a certificate is replaced on all members while clients come in. Provoked by full
 * handshakes without a pause at three members, whose file is replaced by a rename, and by the
 * symbolic link of a Kubernetes volume. A failure would look like a handshake that fails, or a
 * member that keeps the old certificate. Prints how many there were and how long members took.
 */
@Tag("slow")
class CertificateSwapIT {
  private static final int SWAPS = 15;

  @TempDir private Path directory;
  private final AtomicLong handshakes = new AtomicLong();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();

  /** The serial number that was shown last, by member and listener. */
  private final Map<String, String> shown = new ConcurrentHashMap<>();

  @Test
  void noHandshakeFailsWhileTheCertificateIsReplaced() throws Exception {
    TlsFixture fixture = new TlsFixture(directory);
    Path renamed = Files.writeString(directory.resolve("both.pem"), fixture.certificate().pem());
    ConfigMapVolume mounted =
        new ConfigMapVolume(directory.resolve("volume"), "tls.pem", fixture.certificate().pem());
    List<String> listeners =
        List.of(listener("renamed", renamed), listener("mounted", mounted.file()));
    try (PingBackend backend = PingBackend.start();
        ClusterProcesses cluster = cluster(listeners, backend.port());
        Background load = new Background()) {
      cluster.startAll();
      for (String member : List.of("m1", "m2", "m3")) {
        handshakes(load, fixture.authority, cluster.member(member), member);
      }
      await().until(() -> shown.size() == 6);
      long began = System.nanoTime();
      long before = handshakes.get();
      for (int i = 0; i < SWAPS; i++) {
        TestCa.Issued next = fixture.certificate();
        Path aside = Files.writeString(directory.resolve("aside.pem"), next.pem());
        Files.move(aside, renamed, StandardCopyOption.ATOMIC_MOVE);
        mounted.update(next.pem());
        awaitEverywhere(next.leaf().getSerialNumber().toString());
      }
      Duration taken = Duration.ofNanos(System.nanoTime() - began);
      long during = handshakes.get() - before;
      System.out.println(during + " handshakes, " + SWAPS + " certificates in " + taken);
      assertThat(failures).isEmpty();
      assertThat(during).isPositive();
      assertThat(cluster.members())
          .flatExtracting(FairleadProcess::errLines)
          .noneMatch(line -> line.matches(".* (WARN|ERROR) +(CertificateWatch|TlsInForce) .*"));
    }
  }

  private void awaitEverywhere(String serial) {
    long began = System.nanoTime();
    long before = handshakes.get();
    await()
        .pollInterval(Duration.ofMillis(10))
        .until(
            () ->
                !failures.isEmpty()
                    || shown.values().stream().allMatch(each -> each.equals(serial)));
    Duration taken = Duration.ofNanos(System.nanoTime() - began);
    long during = handshakes.get() - before;
    System.out.println(during + " handshakes until all members served it, " + taken);
  }

  private ClusterProcesses cluster(List<String> listeners, int backend) {
    List<String> pools = List.of(TlsFixture.pool("p", backend));
    return new ClusterProcesses(directory, 3, TlsFixture.document(listeners, pools));
  }

  private static String listener(String name, Path certificate) {
    return TlsFixture.listener(
        name, "p", "tls: { certificates: [{ cert: '" + certificate + "' }] }");
  }

  /** One after the other at both listeners of a member, until the test is over. */
  private void handshakes(Background load, TestCa ca, FairleadProcess process, String member) {
    Map<String, Integer> ports =
        Map.of("renamed", process.port("renamed"), "mounted", process.port("mounted"));
    load.start(
        () -> {
          while (!Thread.currentThread().isInterrupted()) {
            ports.forEach((listener, port) -> handshake(ca, port, member + " " + listener));
          }
          return true;
        });
  }

  private void handshake(TestCa ca, int port, String where) {
    try (TestConnection plain =
            TestClient.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        TlsSocket client = over(plain, ca)) {
      client.send("PING");
      client.expect("PONG");
      shown.put(where, client.serial());
      handshakes.incrementAndGet();
    } catch (IOException e) {
      if (!Thread.currentThread().isInterrupted()) {
        failures.add(where + ": " + e);
      }
    }
  }

  private static TlsSocket over(TestConnection plain, TestCa ca) throws IOException {
    plain.channel().setOption(StandardSocketOptions.TCP_NODELAY, true);
    return TlsSocket.trusting(ca).over(plain, TlsFixture.NAME);
  }
}
