package dev.fairlead.observe;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import dev.fairlead.observe.sink.LogTarget;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A target is closed once, when another has replaced it or the output is stopped, and never before
 * its last line. Provoked with targets that tell what is done to them. A failure keeps a file or a
 * connection open, or loses a line.
 */
final class ProcessLogOutputTest {
  private final LoggerContext loggers = new LoggerContext();
  private final ProcessLogLayout layout = new ProcessLogLayout(ZoneOffset.UTC);
  private final ProcessLogOutput output = new ProcessLogOutput(layout);

  /** Keeps what it is told to do. */
  private static final class RecordingTarget implements LogTarget {
    private final List<String> calls = new ArrayList<>();

    @Override
    public void write(byte[] lines) {
      String text = new String(lines, StandardCharsets.UTF_8).strip();
      calls.add(text.substring(text.lastIndexOf(' ') + 1));
    }

    @Override
    public void close() {
      calls.add("closed");
    }
  }

  @BeforeEach
  void start() {
    output.setContext(loggers);
    output.start();
  }

  @AfterEach
  void stop() {
    loggers.stop();
  }

  @Test
  void replacedTargetIsClosedBeforeTheNextLine() {
    RecordingTarget first = new RecordingTarget();
    RecordingTarget second = new RecordingTarget();
    output.turnTo(layout, first);
    log("one");
    output.turnTo(layout, second);
    assertThat(first.calls).containsExactly("one");
    log("two");
    assertThat(first.calls).containsExactly("one", "closed");
    output.stop();
    assertThat(first.calls).containsExactly("one", "closed");
    assertThat(second.calls).containsExactly("two", "closed");
  }

  @Test
  void targetThatWasNeverUsedIsClosedToo() {
    RecordingTarget unused = new RecordingTarget();
    output.turnTo(layout, unused);
    output.turnTo(layout, new RecordingTarget());
    output.stop();
    assertThat(unused.calls).containsExactly("closed");
  }

  private void log(String message) {
    output.doAppend(
        new LoggingEvent("", loggers.getLogger("a.A"), Level.INFO, message, null, null));
  }
}
