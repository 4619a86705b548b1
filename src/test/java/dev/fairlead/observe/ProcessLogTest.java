package dev.fairlead.observe;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;

/**
 * Ensures that the process log looks as its readers expect, and that logback finds its set-up.
 * Provoked with events of several times, zones, levels and causes, of which logback's own layout
 * gives the expected line. A failure would look like lines that tools can't parse, or like the
 * debug lines of all libraries on stdout.
 */
class ProcessLogTest {
  private final LoggerContext loggers = new LoggerContext();

  @AfterEach
  void stop() {
    loggers.stop();
  }

  @ParameterizedTest
  @CsvSource({
    "Z, 2026-11-29T17:11:13.997Z, INFO",
    "Z, 2026-01-02T03:04:05Z, WARN",
    "Europe/Berlin, 2026-07-01T00:00:00.007Z, ERROR",
    "Europe/Berlin, 2026-01-01T23:30:00.070Z, DEBUG",
    "America/St_Johns, 2026-01-01T00:00:00.700Z, TRACE",
    "Asia/Kolkata, 2026-12-31T20:00:00.001Z, INFO"
  })
  void lineIsThatOfThePattern(String zone, String time, String level) {
    LoggingEvent event = event(Level.valueOf(level), null);
    event.setInstant(Instant.parse(time));
    assertThat(new ProcessLogLayout(ZoneId.of(zone)).doLayout(event))
        .isEqualTo(byPattern(zone, event));
  }

  @Test
  void stackTraceFollowsOnLinesOfItsOwn() {
    Exception thrown = new IllegalStateException("outer", new RuntimeException("inner"));
    LoggingEvent event = event(Level.WARN, thrown);
    assertThat(new ProcessLogLayout(ZoneOffset.UTC).doLayout(event))
        .isEqualTo(byPattern("Z", event))
        .contains(System.lineSeparator() + "Caused by: java.lang.RuntimeException: inner");
  }

  @Test
  void setUpIsFoundAndLeavesTestsTheirs() {
    assertThat(ServiceLoader.load(Configurator.class).stream().map(ServiceLoader.Provider::type))
        .contains(ProcessLogSetup.class);
    assertThat(new ProcessLogSetup().configure(loggers))
        .isEqualTo(Configurator.ExecutionStatus.INVOKE_NEXT_IF_ANY);
  }

  @Test
  void nothingBelowInfoAndNoRepetitionIsLogged() {
    ProcessLogSetup.setUp(loggers);
    assertThat(loggers.getLogger("io.netty.Any").isDebugEnabled()).isFalse();
    assertThat(loggers.getLogger("dev.fairlead.Any").isInfoEnabled()).isTrue();
    assertThat(loggers.getLogger("com.hazelcast.Any").isWarnEnabled()).isFalse();
    assertThat(loggers.getLogger("com.hazelcast.cluster.Any").isErrorEnabled()).isFalse();
    assertThat(loggers.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(ProcessLogSetup.QUEUE))
        .isInstanceOfSatisfying(
            AsyncAppender.class, queue -> assertThat(queue.isNeverBlock()).isTrue());
  }

  private LoggingEvent event(Level level, @Nullable Throwable thrown) {
    return new LoggingEvent(
        "",
        loggers.getLogger("dev.fairlead.member.Member"),
        level,
        "ready: {} of {}",
        thrown,
        new Object[] {1, 2});
  }

  private String byPattern(String zone, ILoggingEvent event) {
    PatternLayout layout = new PatternLayout();
    layout.setContext(loggers);
    layout.setPattern(
        "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX, " + zone + "} %-5level %logger{0} - %msg%n");
    layout.start();
    return layout.doLayout(event);
  }
}
