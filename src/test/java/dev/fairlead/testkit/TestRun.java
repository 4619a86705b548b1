package dev.fairlead.testkit;

import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.awaitility.Awaitility;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * What applies to every test: how long it waits, and what is printed. The build prints nothing of a
 * class that passes, so a failure is printed here, when it happens.
 */
public final class TestRun implements TestExecutionListener {
  /**
   * How long a test waits for what has to happen, so that nothing depends on the speed of the
   * machine. It is the limit of Awaitility too. A higher value only makes failing tests slower.
   */
  public static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Held, because loggers are collected, with their level. */
  private static final Logger JDK_LOG = Logger.getLogger("");

  @Override
  public void testPlanExecutionStarted(TestPlan plan) {
    Awaitility.setDefaultTimeout(PATIENCE);
    JDK_LOG.setLevel(Level.WARNING);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() == TestExecutionResult.Status.FAILED) {
      System.err.println("FAILED " + test.getUniqueId());
      result.getThrowable().ifPresent(Throwable::printStackTrace);
    }
  }
}
