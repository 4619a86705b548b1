package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.admin.AdminServer;
import dev.fairlead.admin.FakeMember;
import dev.fairlead.admin.MemberView;
import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.client.MemberAddress;
import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.terminal.Style;
import dev.fairlead.cli.terminal.TextOutput;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.net.tls.ServedCertificates;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that people get aligned columns and machines get the API's JSON. Provoked with a member
 * whose answers are known. A failure would look like a table that can't be read or cut.
 */
class ViewCommandsTest {
  private final AdminServer server = new AdminServer(null);

  @AfterEach
  void close() {
    server.close();
  }

  private List<String> lines(String... command) {
    CommandLineRun run = CommandLineRun.of(server, command);
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    return run.outLines();
  }

  @Test
  void membersAreSortedByName() {
    server.member.members =
        List.of(
            FakeMember.info("m2", "10.0.0.2:5701"),
            new MemberInfo(
                "i", "m10\u001b[2J", null, "0.1.0", FakeMember.STARTED, 6, 0, false, true));
    List<String> lines = lines("members");
    assertThat(lines.get(0)).matches("NAME +STATE +SESSIONS +REVISION +UP +VERSION +ADDRESS +ID");
    assertThat(lines.get(1)).startsWith("m10?[2J   draining   0 ").endsWith("-               i");
    assertThat(lines.get(2))
        .startsWith("m2        ready      3 ")
        .endsWith("10.0.0.2:5701   id-m2");
  }

  @Test
  void poolsShowEveryBackend() {
    server.member.pools.pool("web").backends().get(0).trySelect();
    assertThat(lines("pools"))
        .containsExactly(
            "POOL   BALANCE       BACKEND          WEIGHT   STATE     HERE   CLUSTER   TOTAL  "
                + " FAILURES",
            "web    two-choices   127.0.0.1:9001   1        enabled   1      1         1       0",
            "web    two-choices   127.0.0.1:9002   1        enabled   0      0         0       0");
  }

  @Test
  void listenersShowWhereTheyAreBound() {
    assertThat(lines("listeners"))
        .containsExactly(
            "NAME   STATE     BIND          ADDRESS           POOL   ACTIVE   TOTAL",
            "web    enabled   127.0.0.1:0   127.0.0.1:40123   web    3        17");
  }

  @Test
  void certificatesShowWhatExpiresAndWhatIsNotInUse() {
    Instant end = Instant.parse("2049-01-02T03:04:05Z");
    server.member.certificates =
        List.of(
            ServedCertificates.of("shop", end, "none"),
            ServedCertificates.of("web", end, "a", "dns:a.example", "dns:b.example"));
    server.member.unusable =
        List.of(
            new MemberView.UnusableFiles("web", null, "clientCa: /ca.pem (expected: a file)"),
            new MemberView.UnusableFiles(null, "api", "ca: /ca.pem (expected: a file)"));
    List<String> lines = lines("certificates");
    assertThat(lines.get(0)).matches("LISTENER +NAMES +EXPIRES +DAYS +FILE");
    assertThat(lines.get(1))
        .matches("shop +none +2049-01-02T03:04:05.000Z +[0-9]+ +/certs/none.pem");
    assertThat(lines.get(2))
        .matches("web +a.example,b.example +2049-01-02T03:04:05.000Z +[0-9]+ +/certs/a.pem");
    assertThat(lines.subList(3, lines.size()))
        .containsExactly(
            "listener web: not in use: clientCa: /ca.pem (expected: a file)",
            "pool api: not in use: ca: /ca.pem (expected: a file)");
  }

  @Test
  void sessionsAreNewestFirst() {
    server.member.session("old", 65_000);
    server.member.session("new", 10);
    assertThat(lines("sessions"))
        .containsExactly(
            "MEMBER   SOURCE            LISTENER   POOL   BACKEND          PHASE   AGE   "
                + " FROM-CLIENT   TO-CLIENT   ID",
            "m1       192.0.2.7:40001   web        web    127.0.0.1:9001   relay   0s    "
                + " 100           200         new",
            "m1       192.0.2.7:40001   web        web    127.0.0.1:9001   relay   1m5s  "
                + " 100           200         old");
    assertThat(lines("sessions", "--limit", "1")).hasSize(2);
  }

  @Test
  void sessionsAreThoseOfAllMembersOrOfOneAndOfOneSource() {
    server.member.session("s1", 10);
    assertThat(lines("sessions", "--here").get(1)).startsWith("-        192.0.2.7:40001");
    assertThat(lines("sessions", "--source", "192.0.2.0/24")).hasSize(2);
    assertThat(lines("sessions", "--source", "10.0.0.0/8")).hasSize(1);
    assertThat(CommandLineRun.of(server, "sessions", "--source", "here").err())
        .contains("source: here (expected: ");
  }

  @Test
  void missingMembersAndAnOlderOneAreToldBelowTheSessions() throws RefusedException {
    JsonObject answer = new JsonObject().put("sessions", new JsonArray());
    assertThat(sessionsOf(answer)).endsWith("which is older than this command");
    answer.put("missing", new JsonArray().add("m2"));
    assertThat(sessionsOf(answer)).endsWith("no answer from m2");
  }

  private static String sessionsOf(JsonObject answer) throws RefusedException {
    StringWriter text = new StringWriter();
    AdminClient nobody =
        new AdminClient(
            new MemberAddress("http://127.0.0.1:1", MemberAddress.AddressChoice.OPTION),
            null,
            null);
    new SessionsCommand().print(answer, nobody, new TextOutput(new PrintWriter(text), Style.PLAIN));
    return text.toString().strip();
  }

  @Test
  void statusSaysWhatIsInForceAndWhy() {
    assertThat(lines("status"))
        .contains(
            "member     m1 (id-m1)",
            "state      ready",
            "runs on    2 event loops, epoll",
            "sessions   0 of 5000",
            "access log 12 lines waiting, 3 dropped",
            "tls        BoringSSL",
            "note       listener web: a note",
            "revision   7, by file:fairlead.yaml",
            "file       conf/fairlead.yaml, not what is in force",
            "listener   web on 127.0.0.1:40123",
            "problem    node.eventLoops takes effect after a restart");
  }

  @Test
  void statusOfAnOlderMemberHasNeitherAccessLogNorTls() throws RefusedException {
    AdminClient client =
        new AdminClient(
            new MemberAddress(server.url(), MemberAddress.AddressChoice.OPTION), null, null);
    JsonObject answer = client.get("/api/v1/status");
    answer.remove("accessLog");
    answer.remove("tls");
    StringWriter text = new StringWriter();
    new StatusCommand().print(answer, client, new TextOutput(new PrintWriter(text), Style.PLAIN));
    assertThat(text.toString()).contains("sessions   0 of 5000", "revision   7");
    assertThat(text.toString()).doesNotContain("access log", "tls");
  }

  @Test
  void statusSaysWhyTheMemberIsNotReady() {
    server.member.notReady = List.of("draining", "a reason");
    assertThat(lines("status")).contains("state      not ready: draining, a reason");
  }

  @ParameterizedTest
  @ValueSource(strings = {"status", "members", "listeners", "pools", "sessions", "certificates"})
  void jsonIsTheApisAnswer(String command) {
    server.member.session("s1", 10);
    JsonObject printed = new JsonObject(String.join("\n", lines(command, "--json")));
    assertThat(printed.fieldNames()).contains(command.equals("status") ? "config" : command);
  }

  @Test
  void coloursAndUnitsAreForPeople() {
    server.member.session("s1", 65_000);
    List<String> lines = lines("pools", "--color", "always");
    assertThat(lines.get(0)).startsWith("\u001b[1mPOOL\u001b[0m   \u001b[1mBALANCE\u001b[0m ");
    assertThat(lines.get(1))
        .isEqualTo(
            "web    two-choices   127.0.0.1:9001        1   \u001b[32menabled\u001b[0m      0        "
                + " 0       0          0");
    assertThat(lines("sessions", "--color", "always").get(1)).contains("1m5s         100 B");
    assertThat(lines("pools", "--color", "never")).noneMatch(line -> line.contains("\u001b"));
    assertThat(lines("pools")).noneMatch(line -> line.contains("\u001b"));
  }

  @Test
  void anUnknownListenerIsToldWithThoseThereAre() {
    CommandLineRun run = CommandLineRun.of(server, "explain", "--listener", "nope");
    assertThat(run)
        .isEqualTo(
            new CommandLineRun(1, "", "listener: nope (expected: the name of a listener: web)\n"));
  }

  @Test
  void rowsAreSortedByAnyColumn() {
    server.member.pools.pool("web").backends().get(1).trySelect();
    assertThat(lines("pools", "--sort", "here:desc").get(1)).contains("127.0.0.1:9002");
    assertThat(lines("pools", "--sort", "HERE").get(1)).contains("127.0.0.1:9001");
    CommandLineRun wrong = CommandLineRun.of(server, "pools", "--sort", "size");
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.errLines())
        .singleElement()
        .asString()
        .startsWith("--sort: size (expected: one of POOL, BALANCE, BACKEND, ");
    assertThat(CommandLineRun.of("pools", "--size").errLines()).hasSizeGreaterThan(5);
  }

  @Test
  void wideTablesHaveMoreColumns() {
    server.member.session("s1", 10);
    assertThat(lines("members", "-o", "wide").get(1)).endsWith("id-m1   2026-11-22T09:00:00.000Z");
    assertThat(lines("sessions", "-o", "wide").get(0))
        .endsWith("ID   SNI   ROUTE   ATTEMPTS   CONNECT");
    assertThat(lines("listeners", "-o", "wide").get(0)).endsWith("TOTAL   ROUTES");
    assertThat(lines("pools", "-o", "wide").get(1)).matches(".* enabled +true +false +0 +0s +-");
  }

  @Test
  void watchingShowsItAgain() {
    List<String> lines = lines("listeners", "--watch", "1", "--count", "2");
    assertThat(lines).filteredOn(line -> line.startsWith("NAME")).hasSize(2);
    assertThat(lines.get(2)).isEmpty();
    assertThat(lines("listeners", "--watch", "1", "--count", "2", "--json"))
        .hasSize(2)
        .allMatch(line -> new JsonObject(line).containsKey("listeners"));
  }

  @Test
  void topShowsMembersAndPoolsAgain() {
    assertThat(lines("top", "--count", "2"))
        .filteredOn(line -> line.startsWith("NAME") || line.startsWith("POOL"))
        .hasSize(4);
  }

  @Test
  void topPrintsAJsonObjectOnEachLine() {
    assertThat(lines("top", "--json", "--count", "2"))
        .hasSize(2)
        .allMatch(
            line ->
                new JsonObject(line)
                    .fieldNames()
                    .equals(Set.of("time", "members", "listeners", "pools")));
  }

  @Test
  void topShowsTheRatesOfTheWholeClusterAtOnce() {
    List<MemberInfo> members = List.of(FakeMember.info("m1", "h:1"), FakeMember.info("m2", "h:2"));
    server.member.members = members;
    server.traffic.report("m2", of -> of.backend("web", "127.0.0.1:9001", 1, 50, 0, 0, 10));
    server.traffic.step("m1", members, of -> of.backend("web", "127.0.0.1:9001", 1, 5, 0, 0, 0));
    assertThat(lines("top", "--count", "1"))
        .anySatisfy(
            line -> assertThat(line).matches("web +127.0.0.1:9001 +enabled +0 +0 +11\\.0 +2\\.0"));
  }
}
