package dev.fairlead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ensures that a line in the log fails the test that does not expect it, and that an expected one
 * is not printed. Provoked by running samples as the build runs tests. A failure would show as a
 * sample with another result, or as other output.
 */
class LogWatchTest {
  private static final Logger LOG = LoggerFactory.getLogger("dev.fairlead.Sample");

  private final PrintStream screen = System.err;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @BeforeEach
  void capture() {
    System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
    Awaitility.setDefaultTimeout(Duration.ofMillis(200));
  }

  @AfterEach
  void restore() {
    System.setErr(screen);
    Awaitility.setDefaultTimeout(TestRun.PATIENCE);
  }

  static class ExpectedSample {
    @Test
    @Logs("WARN Sample - a surprise")
    void logs(LogWatch log) {
      LOG.warn("a surprise of {}", 1);
      assertThat(log.lines()).containsExactly("WARN Sample - a surprise of 1");
    }
  }

  @Test
  void anExpectedLineIsNotPrinted() {
    assertThat(failureOf(ExpectedSample.class)).isEmpty();
    assertThat(printed.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Logs("surprise")
  static class ExpectedByClassSample {
    @Test
    void logs() {
      LOG.error("a surprise");
    }

    @Test
    void logsNothing() {}
  }

  @Test
  void aLineOfTheClassMayCome() {
    assertThat(failureOf(ExpectedByClassSample.class)).isEmpty();
  }

  static class UnexpectedSample {
    @Test
    @Logs("another")
    void logs() {
      LOG.warn("another");
      LOG.error("a surprise");
    }
  }

  @Test
  void anUnexpectedLineIsPrintedAndFailsTheTest() {
    assertThat(failureOf(UnexpectedSample.class)).contains("ERROR Sample - a surprise");
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("a surprise")
        .doesNotContain("another");
  }

  static class MissingSample {
    @Test
    @Logs("a surprise")
    void logsNothing() {}
  }

  @Test
  void anExpectedLineThatDoesNotComeFailsTheTest() {
    assertThat(failureOf(MissingSample.class)).contains("logged: a surprise");
  }

  /** Why a test of that class fails; empty = all pass. */
  private static String failureOf(Class<?> sample) {
    SummaryGeneratingListener results = new SummaryGeneratingListener();
    LauncherFactory.create(
            LauncherConfig.builder().enableTestExecutionListenerAutoRegistration(false).build())
        .execute(
            LauncherDiscoveryRequestBuilder.request().selectors(selectClass(sample)).build(),
            results);
    assertThat(results.getSummary().getTestsFoundCount()).isPositive();
    return results.getSummary().getFailures().stream()
        .map(failure -> String.valueOf(failure.getException().getMessage()))
        .findFirst()
        .orElse("");
  }
}
