package dev.fairlead.pool.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestRun;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ExpectCheckTest {
  /** True when the probe's connection has ended as it should. */
  private final CompletableFuture<Boolean> reset = new CompletableFuture<>();

  @EveryTransport
  void saysAndHears(TransportKind transport) throws Exception {
    try (RunningLoop running = new RunningLoop(transport);
        TestBackend backend = TestBackend.serving(this::redis)) {
      Probed probed =
          Probed.by(HealthConfig.Type.EXPECT, backend.port()).expect("PING\\r\\n", "PONG");
      assertThat(running.probe(probed)).isEqualTo(CheckResult.passed("the expected answer"));
      assertThat(reset.get(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void theBackendMaySpeakFirst() throws Exception {
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend backend = TestBackend.saying("220 mail.example.com ESMTP\r\n")) {
      assertThat(
              running.probe(
                  Probed.by(HealthConfig.Type.EXPECT, backend.port()).expect(null, "220 ")))
          .isEqualTo(CheckResult.passed("the expected answer"));
    }
  }

  @Test
  void looksAtTheFirst64KibAndNoFurther() throws Exception {
    String most = "x".repeat(ExpectCheck.MOST_BYTES - 5);
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend just = TestBackend.serving(connection -> sayAndStay(connection, most));
        TestBackend late = TestBackend.serving(connection -> sayAndStay(connection, "x" + most))) {
      assertThat(
              running.probe(Probed.by(HealthConfig.Type.EXPECT, just.port()).expect(null, "hello")))
          .isEqualTo(CheckResult.passed("the expected answer"));
      assertThat(
              running.probe(Probed.by(HealthConfig.Type.EXPECT, late.port()).expect(null, "hello")))
          .isEqualTo(CheckResult.failed("not the expected answer"));
    }
  }

  private void redis(TestConnection connection) throws IOException {
    connection.expect("PING\r\n");
    connection.send("+PO");
    connection.send("NG\r\n");
    connection.expectReset();
    reset.complete(true);
  }

  private static void sayAndStay(TestConnection connection, String before) throws IOException {
    connection.send(before + "hello");
    connection.readSome(1);
  }
}
