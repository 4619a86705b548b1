package dev.fairlead.observe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.net.tls.TlsDetails;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.Pools;
import dev.fairlead.session.CloseReason;
import dev.fairlead.session.Phase;
import dev.fairlead.session.SessionRecord;
import dev.fairlead.testkit.PoolConfigs;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Ensures that lines are those of HAProxy's tcplog. Provoked with sessions of every kind, of which
 * HAProxy's manual gives the line, and with its own reader where there is one. A failure would look
 * like fields that tools read as others.
 */
class TcpLogLineTest {
  private static final SocketAddress CLIENT = new InetSocketAddress("10.0.1.2", 33313);
  private static final Instant END = Instant.parse("2009-02-06T12:12:56.450Z");

  /** Fields 2 to 10 of section 8.2.2. */
  private static final String FIELDS =
      "\\S+:\\d+ \\[\\d\\d/[A-Z][a-z]{2}/\\d{4}:\\d\\d:\\d\\d:\\d\\d\\.\\d{3}] \\S+ \\S+/\\S+"
          + " -?\\d+/-?\\d+/\\d+ \\d+ [-CSPRIDKcs][-RQCD] \\d+/\\d+/\\d+/\\d+/\\+?\\d+ \\d+/\\d+\n";

  private static final Pool POOL =
      Pools.NONE.next(List.of(PoolConfigs.pool("bck", 9001, 9002))).all().get(0);

  @TempDir private Path directory;

  private final LiveCounts counts = new LiveCounts();

  private String line(SessionRecord record) {
    return lines(time -> "", record);
  }

  private String lines(Function<Instant, String> prefix, SessionRecord... records) {
    return new String(
        new TcpLogLine(counts, prefix, ZoneOffset.UTC).render(List.of(records)), UTF_8);
  }

  private static SessionRecord record(
      SocketAddress source,
      @Nullable String backend,
      int attempts,
      long connectMs,
      CloseReason reason,
      Phase phase) {
    return record(source, "fnt", backend, attempts, connectMs, reason, phase, null);
  }

  private static SessionRecord record(
      SocketAddress source,
      String listener,
      @Nullable String backend,
      int attempts,
      long connectMs,
      CloseReason reason,
      Phase phase,
      @Nullable TlsDetails tls) {
    return new SessionRecord(
        END,
        "s1",
        listener,
        source,
        null,
        0,
        tls,
        null,
        null,
        backend == null ? null : "bck",
        backend,
        attempts,
        connectMs < 0 ? -1 : 1000 * connectMs,
        5007,
        77,
        212,
        reason,
        phase);
  }

  @Test
  void fieldsAreThoseOfTheManual() {
    assertThat(line(record(CLIENT, "srv1", 1, 3, CloseReason.BACKEND_CLOSED, Phase.RELAY)))
        .isEqualTo(
            "10.0.1.2:33313 [06/Feb/2009:12:12:51.443] fnt bck/srv1 0/3/5007 212 -- 0/0/0/0/0"
                + " 0/0\n")
        .matches(FIELDS);
  }

  @Test
  void aRetryIsAtAnotherBackend() {
    assertThat(line(record(CLIENT, "srv1", 4, 9, CloseReason.CLIENT_RESET, Phase.RELAY)))
        .contains(" 0/9/5007 212 CD 0/0/0/0/+3 0/0\n");
  }

  @Test
  void whoHasNoBackendHasNone() {
    assertThat(line(record(CLIENT, null, 0, -1, CloseReason.NO_ROUTE, Phase.HELLO)))
        .contains("] fnt fnt/<NOSRV> -1/-1/5007 212 PR 0/0/0/0/0 0/0\n");
    assertThat(line(record(CLIENT, null, 0, -1, CloseReason.QUEUE_TIMEOUT, Phase.QUEUE)))
        .contains(" 5007/-1/5007 212 sQ ");
  }

  @Test
  void addressesAreWrittenAsHaproxyDoes() {
    CloseReason reason = CloseReason.CLIENT_CLOSED;
    SocketAddress six = new InetSocketAddress("2001:db8::1", 5);
    assertThat(line(record(six, "b", 1, 1, reason, Phase.RELAY))).startsWith("2001:db8::1:5 [");
    assertThat(line(record(UnixDomainSocketAddress.of(""), "b", 1, 1, reason, Phase.RELAY)))
        .startsWith("unix:1 [");
  }

  @Test
  void whatSeparatesFieldsIsNotInOne() {
    SessionRecord odd =
        record(CLIENT, "fnt\u00e9", "unix:/a b\n", 1, 1, CloseReason.ADMIN, Phase.RELAY, null);
    assertThat(line(odd)).contains("] fnt#C3#A9 bck/unix:/a#20b#0A 0/1/").matches(FIELDS);
  }

  @Test
  void aTlsListenerHasATilde() {
    TlsDetails tls = new TlsDetails("TLSv1.3", "c", false, null, null, null, null);
    assertThat(line(record(CLIENT, "fnt", "b", 1, 1, CloseReason.ADMIN, Phase.RELAY, tls)))
        .contains("] fnt~ bck/b 0/1/5007 212 KD ");
  }

  @Test
  void countsAreThoseOfTheMoment() {
    counts.readFrom(() -> 9, name -> name.equals("fnt") ? 5 : 0, () -> List.of(POOL));
    POOL.backends().get(0).trySelect();
    POOL.backends().get(1).trySelect();
    POOL.backends().get(1).trySelect();
    String id = POOL.backends().get(1).id();
    assertThat(line(record(CLIENT, id, 1, 1, CloseReason.DRAIN, Phase.RELAY)))
        .contains(" KD 9/5/3/2/0 0/0\n");
    assertThat(line(record(CLIENT, "removed", 1, 1, CloseReason.DRAIN, Phase.RELAY)))
        .contains(" KD 9/5/3/0/0 0/0\n");
  }

  @ParameterizedTest
  @CsvSource({
    "CLIENT_CLOSED, RELAY, --",
    "BACKEND_CLOSED, RELAY, --",
    "CLIENT_CLOSED, CONNECT, CC",
    "CLIENT_CLOSED, QUEUE, CQ",
    "CLIENT_RESET, HELLO, CR",
    "BACKEND_RESET, RELAY, SD",
    "IDLE_TIMEOUT, RELAY, cD",
    "CONNECT_REFUSED, CONNECT, SC",
    "CONNECT_TIMEOUT, CONNECT, sC",
    "NO_BACKEND, ACCEPT, SC",
    "DENIED, ACCEPT, PR",
    "LIMIT_CONNECTIONS, CONNECT, PC",
    "QUEUE_FULL, QUEUE, PQ",
    "BACKEND_DOWN, RELAY, DD",
    "INTERNAL, RELAY, ID"
  })
  void reasonsAreTerminationStates(CloseReason reason, Phase phase, String state) {
    assertThat(TcpLogLine.termination(reason, phase)).isEqualTo(state);
  }

  @ParameterizedTest
  @EnumSource(CloseReason.class)
  void everyReasonHasAState(CloseReason reason) {
    for (Phase phase : Phase.values()) {
      assertThat(line(record(CLIENT, "b", 1, 1, reason, phase))).matches(FIELDS);
    }
  }

  @Test
  void halogReadsTheLines() throws Exception {
    String halog = halog();
    assumeTrue(halog != null, "no halog");
    SessionRecord[] all =
        Stream.of(CloseReason.CLIENT_CLOSED, CloseReason.CLIENT_CLOSED, CloseReason.CLIENT_RESET)
            .map(reason -> record(CLIENT, "srv1", 2, 3, reason, Phase.RELAY))
            .toArray(SessionRecord[]::new);
    Function<Instant, String> prefix = time -> "Feb  6 12:12:56 localhost fairlead[14387]: ";
    Path log = Files.writeString(directory.resolve("log"), lines(prefix, all));
    // Its other reports are of HTTP: they pass over the manual's own example, too.
    assertThat(run(log, halog, "-c", "-time", "1233922371:1233922372").strip()).isEqualTo("3");
    assertThat(run(log, halog, "-c", "-time", "1233922373:1233922374").strip()).isEqualTo("0");
  }

  private static @Nullable String halog() {
    return Stream.of("/usr/sbin/halog", "/usr/bin/halog")
        .filter(each -> Files.isExecutable(Path.of(each)))
        .findFirst()
        .orElse(null);
  }

  private static String run(Path input, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectInput(input.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor();
    return out;
  }
}
