package dev.fairlead.observe.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.config.LogDestination;
import dev.fairlead.config.LogDestination.TargetKind;
import dev.fairlead.observe.sink.SyslogHeader.Severity;
import dev.fairlead.testkit.ClosedPort;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that lines reach a syslog server as it expects them, and that one that is away costs
 * lines and no time. Provoked with real sockets of each kind, and with servers that come late,
 * leave and never come. A failure would look like messages that run into each other, or a log that
 * stays silent after its server was restarted.
 */
class SyslogTest {
  private static final String HEAD =
      "<134>1 \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z [!-~]+ fairlead \\d+ access - ";
  private static final byte[] TWO = "one\nzw\u00e9i\n".getBytes(UTF_8);

  @TempDir private Path directory;

  private static Syslog to(TargetKind kind, int port, Duration patience) throws IOException {
    return Syslog.to("k", new LogDestination(kind, "127.0.0.1", port), "access", patience);
  }

  private static String receive(DatagramSocket server) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[70_000], 70_000);
    server.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), UTF_8);
  }

  /** One message with its counted octets. */
  private static String frame(InputStream in) throws IOException {
    int length = 0;
    for (int next = in.read(); next != ' '; next = in.read()) {
      assertThat(next).isBetween((int) '0', (int) '9');
      length = 10 * length + next - '0';
    }
    return new String(in.readNBytes(length), UTF_8);
  }

  @Test
  void eachLineIsADatagram() throws Exception {
    try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      Syslog log = to(TargetKind.SYSLOG_UDP, server.getLocalPort(), Duration.ZERO);
      log.write(TWO);
      assertThat(receive(server)).matches(HEAD + "one");
      assertThat(receive(server)).matches(HEAD + "zw\u00e9i");
      log.send(Severity.ERROR, "bad\n  at once".getBytes(UTF_8));
      assertThat(receive(server)).startsWith("<131>1 ").endsWith(" - bad\n  at once");
      log.write(new byte[0]);
      log.close();
    }
  }

  @Test
  void tooLongADatagramIsCut() throws Exception {
    try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      server.setReceiveBufferSize(1 << 20);
      Syslog log = to(TargetKind.SYSLOG_UDP, server.getLocalPort(), Duration.ZERO);
      log.write(("x".repeat(100_000) + "\n").getBytes(UTF_8));
      assertThat(receive(server)).hasSize(65_507);
      log.close();
    }
  }

  @Test
  void octetsOfAStreamAreCounted() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Syslog log = to(TargetKind.SYSLOG_TCP, server.getLocalPort(), Duration.ofSeconds(60));
      log.write(TWO);
      log.send(Severity.WARNING, "third\nline".getBytes(UTF_8));
      try (java.net.Socket accepted = server.accept()) {
        InputStream in = accepted.getInputStream();
        assertThat(frame(in)).matches(HEAD + "one");
        assertThat(frame(in)).matches(HEAD + "zw\u00e9i");
        assertThat(frame(in)).startsWith("<132>1 ").endsWith("third\nline");
        log.close();
        assertThat(in.read()).isEqualTo(-1);
      }
    }
  }

  @Test
  void aServerThatWasRestartedGetsTheNextLine() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Syslog log = to(TargetKind.SYSLOG_TCP, server.getLocalPort(), Duration.ofSeconds(60));
      log.write("before\n".getBytes(UTF_8));
      try (java.net.Socket accepted = server.accept()) {
        assertThat(frame(accepted.getInputStream())).endsWith("before");
      }
      log.write("after\n".getBytes(UTF_8));
      try (java.net.Socket accepted = server.accept()) {
        assertThat(frame(accepted.getInputStream())).endsWith("after");
      }
      log.close();
    }
  }

  @Test
  void linesWaitForAServerThatComesLate() throws Exception {
    int port;
    try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = first.getLocalPort();
    }
    Syslog log = to(TargetKind.SYSLOG_TCP, port, Duration.ofMinutes(1));
    Thread writer =
        new Thread(
            () -> {
              try {
                log.write("late\n".getBytes(UTF_8));
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    writer.start();
    try (ServerSocket server = new ServerSocket()) {
      server.setReuseAddress(true);
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      try (java.net.Socket accepted = server.accept()) {
        assertThat(frame(accepted.getInputStream())).endsWith("late");
      }
    }
    writer.join();
    log.close();
  }

  @Test
  void aServerThatIsAwayIsAFailureWithItsName() throws Exception {
    try (ClosedPort closed = new ClosedPort()) {
      Syslog log = to(TargetKind.SYSLOG_TCP, closed.port(), Duration.ZERO);
      assertThatThrownBy(() -> log.write(TWO))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("127.0.0.1:" + closed.port() + ": Connection refused");
      assertThatThrownBy(() -> log.write(TWO)).hasMessageContaining(" is away");
      log.close();
    }
  }

  @Test
  void aServerThatDoesNotReadIsAwayAfterASecond() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Syslog log = to(TargetKind.SYSLOG_TCP, server.getLocalPort(), Duration.ZERO);
      byte[] large = ("x".repeat(1 << 20) + "\n").repeat(64).getBytes(UTF_8);
      long begun = System.nanoTime();
      assertThatThrownBy(() -> log.write(large))
          .hasMessageContaining("127.0.0.1:" + server.getLocalPort() + " has taken nothing for ");
      assertThatThrownBy(() -> log.write(TWO)).hasMessageContaining(" is away");
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
      log.close();
    }
  }

  @Test
  void aWriteThatWaitsEndsWithItsThread() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Syslog log = to(TargetKind.SYSLOG_TCP, server.getLocalPort(), Duration.ofHours(1));
      byte[] large = ("x".repeat(1 << 20) + "\n").repeat(64).getBytes(UTF_8);
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Thread writer =
          new Thread(
              () -> {
                try {
                  log.write(large);
                } catch (IOException e) {
                  failure.set(e);
                }
              });
      writer.start();
      try (java.net.Socket accepted = server.accept()) {
        assertThat(accepted.getInputStream().read()).isPositive();
        writer.interrupt();
        writer.join();
      }
      assertThat(failure.get()).isInstanceOf(IOException.class);
      log.close();
    }
  }

  @Test
  void anUnknownNameIsAFailure() throws Exception {
    for (TargetKind kind : new TargetKind[] {TargetKind.SYSLOG_UDP, TargetKind.SYSLOG_TCP}) {
      LogDestination nowhere = new LogDestination(kind, "nowhere.invalid", 514);
      Syslog log = Syslog.to("k", nowhere, "access", Duration.ZERO);
      assertThatThrownBy(() -> log.write(TWO)).hasMessageContaining("name not resolved");
      log.close();
    }
  }

  @Test
  void theSocketOfThisMachineGetsItsOwnForm() throws Exception {
    assumeTrue(Epoll.isAvailable(), "no epoll");
    Path path = directory.resolve("log");
    Syslog log =
        Syslog.to(
            "k",
            new LogDestination(TargetKind.SYSLOG_UNIX, path.toString(), 0),
            "access",
            Duration.ZERO);
    assertThatThrownBy(() -> log.write(TWO))
        .isInstanceOfSatisfying(LostLinesException.class, e -> assertThat(e.count()).isEqualTo(2))
        .hasMessageContaining(path.toString());
    for (int restart = 0; restart < 2; restart++) {
      Socket server = Socket.newSocketDomainDgram();
      server.bind(new DomainSocketAddress(path.toFile()));
      log.write(TWO);
      assertThat(receive(server))
          .matches("<134>[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d fairlead\\[\\d+]: one");
      assertThat(receive(server)).endsWith(": zw\u00e9i");
      server.close();
      Files.delete(path);
    }
    log.close();
  }

  private static String receive(Socket server) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(1000);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int length = server.recvFromDomainSocket(bytes, 0, bytes.capacity()).receivedAmount();
    byte[] read = new byte[length];
    bytes.get(0, read);
    out.writeBytes(read);
    return out.toString(UTF_8);
  }
}
