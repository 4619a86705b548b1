package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.Launch;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ensures that a wrong value of a key is refused by a running member with its path and line, and
 * that the revision in force stays. Provoked with a push for each key. A failure would look like a
 * push that is taken, or a problem without its place.
 */
@Tag("slow")
class RefusedKeysIT {
  /** The line that each test changes, in a listener or in a pool. */
  private static final int LISTENER_LINE = 3;

  private static final int POOL_LINE = 8;

  private static FairleadProcess member;

  @BeforeAll
  static void start(@TempDir Path directory) throws IOException {
    Path file =
        Files.writeString(directory.resolve("f.yaml"), document("backlog: 7", "slowStart: 0s"));
    member = Launch.run(file).withJvm("-XX:TieredStopAtLevel=1").startReady(directory);
  }

  @AfterAll
  static void stop() {
    member.close();
  }

  private static String document(String listener, String pool) {
    return """
        listeners:
          - name: web
            %s
            bind: "127.0.0.1:0"
            pool: web
        pools:
          - name: web
            %s
            backends: [{ host: 127.0.0.1, port: 1 }]
        """
        .formatted(listener, pool);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          state                    | state: disabled
          state                    | state: Draining
          deny[0].file             | deny: [{ file: 5 }]
          allow[0]                 | allow: [10.0.0.0/33]
          allow[0].fil             | allow: [{ fil: a.txt }]
          proxyProtocol.maxTlvBytes | proxyProtocol: { maxTlvBytes: 70000B }
          limits.connections       | limits: { connections: -1 }
          """)
  void wrongValueInListenerIsRefusedWithItsLine(String key, String line) {
    expectRefused("listeners[0]." + key, LISTENER_LINE, document(line, "slowStart: 0s"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          health.end               | health: { type: tcp, end: fni }
          health.fastInterval      | health: { type: tcp, fastInterval: 0s }
          health.downInterval      | health: { type: tcp, downInterval: 5 }
          health.http.method       | health: { type: http, http: { method: 'G ET' } }
          health.http.headers.A    | health: { type: http, http: { headers: { A: "x\\ny" } } }
          health.http.status       | health: { type: http, http: { status: '99' } }
          health.http.body         | health: { type: http, http: { body: '(' } }
          health.expect[0].receive | health: { type: expect, expect: [{ }] }
          health.expect[0].receivePattern | health: { type: expect, expect: [{ receivePattern: '[' }] }
          health.expect[0].sned    | health: { type: expect, expect: [{ sned: x }] }
          agent.port               | agent: { port: 0 }
          agent.port               | agent: { interval: 1s }
          agent.interval           | agent: { port: 1, interval: 0s }
          agent.timeout            | agent: { port: 1, timeout: x }
          rebalance                | rebalance: on
          rebalance.excess         | rebalance: { excess: 20 }
          rebalance.rate           | rebalance: { rate: 0% }
          rebalance.minAge         | rebalance: { minAge: -1s }
          rebalance.quiet          | rebalance: { quiet: soon }
          stickiness.by            | stickiness: { by: cookie }
          stickiness.ttl           | stickiness: { ttl: 0s }
          stickiness.size          | stickiness: { size: 0 }
          closeAfter               | closeAfter: 5
          closeSpread              | closeSpread: -1s
          onBackendDown            | onBackendDown: cut
          proxyProtocol            | proxyProtocol: v3
          proxyProtocol.version    | proxyProtocol: { version: 2 }
          proxyProtocol.crc32c     | proxyProtocol: { version: v2, crc32c: 1 }
          proxyProtocol.uniqueId   | proxyProtocol: { version: v2, uniqueId: x }
          proxyProtocol.ssl        | proxyProtocol: { version: v2, ssl: x }
          proxyProtocol.authority  | proxyProtocol: { version: v2, authority: x }
          proxyProtocol.passThrough | proxyProtocol: { version: v2, passThrough: x }
          tls.verify               | tls: { verify: maybe }
          tls.ca                   | tls: { ca: 5 }
          tls.serverName           | tls: { serverName: 'a b' }
          tls.minVersion           | tls: { minVersion: TLSv1.4 }
          tls.alpn[0]              | tls: { alpn: [''] }
          tls                      | tls: yes
          """)
  void wrongValueInPoolIsRefusedWithItsLine(String key, String line) {
    expectRefused("pools[0]." + key, POOL_LINE, document("backlog: 7", line));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          reject | { reject: 1 }
          weight | { reject: true, weight: 1001 }
          host   | { reject: true, host: 127.0.0.1 }
          maxConnections | { reject: true, maxConnections: 5 }
          """)
  void wrongRejectIsRefusedWithItsLine(String key, String backend) {
    String text = document("backlog: 7", "slowStart: 0s");
    expectRefused(
        "pools[0].backends[0]." + key,
        POOL_LINE + 1,
        text.replaceAll("backends: .*", "backends: [" + backend + "]"));
  }

  private static void expectRefused(String path, int line, String document) {
    HttpResponse<String> answer = member.push(document);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
    assertThat(new JsonObject(answer.body()).getJsonArray("problems"))
        .as(answer.body())
        .anySatisfy(
            each -> {
              JsonObject problem = (JsonObject) each;
              assertThat(problem.getString("path")).isEqualTo(path);
              assertThat(problem.getInteger("line")).isEqualTo(line);
              assertThat(problem.getString("message")).containsAnyOf("expected: ", "did you mean");
            });
    assertThat(member.revision()).isEqualTo(1);
  }
}
