package dev.fairlead.pool.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.EscapedBytes;
import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.HealthConfig.ExpectStep;
import dev.fairlead.config.HealthConfig.ExpectStep.Action;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestRun;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @EveryTransport
  void aScriptGoesStepByStep(TransportKind transport) throws Exception {
    CompletableFuture<String> said = new CompletableFuture<>();
    try (RunningLoop running = new RunningLoop(transport);
        TestBackend backend =
            TestBackend.serving(
                connection -> {
                  connection.send("220 mail ESM");
                  connection.send("TP\r\n");
                  connection.expect("QUIT\r\n");
                  connection.send("221 bye\r\n");
                  connection.expect("\0\r");
                  said.complete(connection.readText());
                })) {
      Probed probed =
          Probed.by(HealthConfig.Type.EXPECT, backend.port())
              .script(
                  pattern("^220[^\\n]*\\n"),
                  new ExpectStep(Action.SEND, "QUIT\\r\\n"),
                  new ExpectStep(Action.RECEIVE, "221"),
                  pattern("^ b[a-z]e"),
                  new ExpectStep(Action.SEND, "\\0\\r"));
      assertThat(running.probe(probed)).isEqualTo(CheckResult.passed("the expected answer"));
      assertThat(said.get(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .as("after a last step that sends comes a FIN, not a reset")
          .isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'\\x00\\xff', '^\\x00\\xff$', PASSED",
    "'\\xff\\x00', '^\\x00\\xff', FAILED",
    "'abc\\ndef', '(?m)^def', PASSED",
    "'abc', 'a.c.', FAILED"
  })
  void aPatternSeesEachByteAsOneCharacter(String sent, String pattern, CheckResult.Conclusion end)
      throws Exception {
    byte[] bytes = new EscapedBytes(sent).bytes();
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend backend = TestBackend.serving(connection -> connection.send(bytes))) {
      Probed probed = Probed.by(HealthConfig.Type.EXPECT, backend.port()).script(pattern(pattern));
      assertThat(running.probe(probed).conclusion()).isEqualTo(end);
    }
  }

  @Test
  void aPatternLooksAtTheFirst16Kib() throws Exception {
    String most = "x".repeat(ExpectCheck.MOST_PATTERN_BYTES);
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend backend = TestBackend.serving(connection -> sayAndStay(connection, most))) {
      assertThat(
              running.probe(
                  Probed.by(HealthConfig.Type.EXPECT, backend.port()).script(pattern("hello"))))
          .isEqualTo(CheckResult.failed("not the expected answer"));
    }
  }

  @Test
  void whatCameBeforeASendIsNoAnswerToIt() throws Exception {
    try (RunningLoop running = new RunningLoop(TransportKind.AUTO);
        TestBackend backend =
            TestBackend.serving(
                connection -> {
                  connection.send("+OK +PONG");
                  connection.expect("PING");
                })) {
      assertThat(
              running.probe(
                  Probed.by(HealthConfig.Type.EXPECT, backend.port())
                      .script(
                          new ExpectStep(Action.RECEIVE, "+PONG"),
                          new ExpectStep(Action.SEND, "PING"),
                          new ExpectStep(Action.RECEIVE, "PONG"))))
          .isEqualTo(CheckResult.CLOSED);
    }
  }

  private static ExpectStep pattern(String text) {
    return new ExpectStep(Action.RECEIVE_PATTERN, text);
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
