package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.EscapedBytes;
import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.HealthConfig.ExpectStep;
import dev.fairlead.config.HealthConfig.ExpectStep.Action;
import dev.fairlead.config.LinearPattern;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.DiscoveryConfig;
import dev.fairlead.config.StatusRanges;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HealthKeysTest {
  private static final String YAML =
      """
      listeners: [{name: a, bind: "0.0.0.0:80", pool: a}]
      pools: [{name: a, backends: [{host: a, port: 1}]}]
      """;

  private static PoolConfig pool(String... overrides) {
    return Loading.with(overrides).config(YAML).pools().get(0);
  }

  @Test
  void everyKeyOfHealthIsRead() {
    HealthConfig health =
        pool(
                "pools[0].health={type: http, interval: 5s, fastInterval: 1s, downInterval: 30s,"
                    + " timeout: 500ms, rise: 1, fall: 4, probers: 3, port: 8081, end: fin}",
                "pools[0].health.http={method: OPTIONS, path: /up, host: 'a.example:80',"
                    + " headers: {X-Check: deep}, status: '200,300-307', body: '^ok'}",
                "pools[0].health.expect=[{receive: '220'}, {send: 'QUIT\\r\\n'},"
                    + " {receivePattern: '^2'}]")
            .health();
    assertThat(health)
        .isEqualTo(
            new HealthConfig(
                HealthConfig.Type.HTTP,
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                Duration.ofMillis(500),
                1,
                4,
                3,
                8081,
                new HealthConfig.Http(
                    "OPTIONS",
                    "/up",
                    "a.example:80",
                    Map.of("X-Check", "deep"),
                    StatusRanges.parse("200,300-307").orElseThrow(),
                    new LinearPattern("^ok")),
                List.of(
                    new ExpectStep(Action.RECEIVE, "220"),
                    new ExpectStep(Action.SEND, "QUIT\\r\\n"),
                    new ExpectStep(Action.RECEIVE_PATTERN, "^2")),
                HealthConfig.End.FIN));
  }

  @Test
  void theShortFormOfExpectIsASendAndAReceive() {
    assertThat(pool("pools[0].health.expect={receive: '+PONG', send: 'PING'}").health().expect())
        .containsExactly(
            new ExpectStep(Action.SEND, "PING"), new ExpectStep(Action.RECEIVE, "+PONG"));
    assertThat(pool("pools[0].health.expect={send: null, receive: SSH}").health().expect())
        .containsExactly(new ExpectStep(Action.RECEIVE, "SSH"));
    assertThat(pool("pools[0].health.expect=[]").health().expect()).isEmpty();
  }

  @Test
  void theOtherKeysAreRead() {
    PoolConfig pool =
        pool(
            "pools[0].outlier={failures: 1, ejection: 1s, maxEjected: 0%}",
            "pools[0].slowStart=30s",
            "pools[0].whenDown=try-all",
            "pools[0].onBackendDown=close",
            "pools[0].discovery={dns: api.internal, port: 9001}",
            "pools[0].backends[0].backup=true");
    assertThat(pool.outlier()).isEqualTo(new PoolConfig.Outlier(1, Duration.ofSeconds(1), 0));
    assertThat(pool.slowStart()).hasSeconds(30);
    assertThat(pool.whenDown()).isEqualTo(PoolConfig.WhenDown.TRY_ALL);
    assertThat(pool.onBackendDown()).isEqualTo(PoolConfig.OnBackendDown.CLOSE);
    assertThat(pool.discovery())
        .isEqualTo(new DiscoveryConfig("api.internal", 9001, null, Duration.ofSeconds(5)));
    assertThat(pool.backends().get(0).tier()).isEqualTo(BackendConfig.BACKUP);
  }

  @ParameterizedTest
  @ValueSource(strings = {"off", "false"})
  void outlierCanBeOff(String off) {
    assertThat(pool("pools[0].outlier=" + off).outlier()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"200", "'200'"})
  void aStatusMayBeANumber(String status) {
    StatusRanges ranges = pool("pools[0].health.http.status=" + status).health().http().status();
    assertThat(ranges.contains(200)).isTrue();
    assertThat(ranges.contains(201)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "health.type=ping | health.type: ping (expected: one of none, tcp, tls, http, expect)",
        "health.end=close | health.end: close (expected: one of rst, fin)",
        "health=off | health: off (expected: a map of keys and values)",
        "health.type=expect | health.expect.receive: null"
            + " (expected: what the backend says, because type is expect)",
        "health={type: expect, expect: [{send: a}]} | health.expect: no step receives"
            + " (expected: what the backend says, because type is expect)",
        "health.expect=[{}] | health.expect[0].receive: missing"
            + " (expected: one of send, receive, receivePattern)",
        "health.expect=[{send: a, receive: b}] | health.expect[0].receive: not together with send",
        "health.expect=[{recieve: b}] | health.expect[0].recieve: unknown key"
            + " (did you mean \"receive\"?)",
        "health.expect=[{receivePattern: '('}] | health.expect[0].receivePattern: ("
            + " (expected: a regular expression in RE2 syntax, of at most 1000 characters,"
            + " in which counted repetitions multiply to at most 1000)",
        "health.http.body='(a{100}){100}' | health.http.body: (a{100}){100}"
            + " (expected: a regular expression in RE2 syntax, of at most 1000 characters,"
            + " in which counted repetitions multiply to at most 1000, or null)",
        "health.http={method: HEAD, body: a} | health.http.body: a"
            + " (expected: null, because the answer to HEAD has no body)",
        "health.http.method='GET /' | health.http.method: GET /"
            + " (expected: a method of HTTP such as GET, HEAD or OPTIONS)",
        "health.http.headers={host: a} | health.http.headers: host (expected: names of headers,"
            + " each once, without Connection, Content-Length, Host, Transfer-Encoding, Upgrade)",
        "health.http.headers={X: \"a\\r\\nb\"} | health.http.headers.X: a\\r\\nb"
            + " (expected: a text in ASCII, without line breaks and without spaces at its ends)",
        "health.fastInterval=0s | health.fastInterval: 0s (expected: a duration above zero"
            + " such as 500ms, 30s, 15m, 1h or 7d, at most 36500d, or null)",
        "health.expect.send='a\\q' | health.expect.send: a\\q"
            + " (expected: a text, with \\r \\n \\t \\0 \\\\ or \\xHH for single bytes, or null)",
        "health.http.status='99-200' | health.http.status: 99-200"
            + " (expected: status codes such as 200-399 or 200,204, each 100 to 599)",
        "health.http.path='/a b' | health.http.path: /a b"
            + " (expected: a path that begins with /, without spaces)",
        "outlier=on | outlier: on (expected: off, or a map of keys and values)",
        "discovery={dns: a.b} | discovery.port: missing (expected: 1 to 65535, or same)",
        "discovery={refresh: 1s} | discovery.dns: missing"
            + " (expected: a host name and port, or srv)",
        "discovery={srv: a.b, port: 1} | discovery.port: not together with srv",
        "slowStart=5 | slowStart: 5 (expected: a duration such as 500ms, 30s, 15m, 1h or 7d,"
            + " at most 36500d)"
      })
  void whatCantBeIsRefused(String set, String problem) {
    assertThat(Loading.with("pools[0]." + set).problems(YAML))
        .containsExactly("--set pools[0]." + problem);
  }

  @Test
  void aUnixSocketHasNoOtherPort() {
    assertThat(
            Loading.with("pools[0].health.port=1", "pools[0].backends=[{unix: /run/a.sock}]")
                .problems(YAML))
        .containsExactly(
            "--set pools[0].health.port: 1 (expected: null, because a backend is a Unix socket)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"PING\\r\\n | 50494e470d0a", "\\x00\\xfF\\0\\\\ | 00ff005c", "ä | c3a4"})
  void escapesStandForSingleBytes(String text, String hex) {
    assertThat(new EscapedBytes(text).bytes()).asHexString().isEqualToIgnoringCase(hex);
  }
}
