package dev.fairlead.observe;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.Layout;
import dev.fairlead.observe.sink.LogTarget;
import dev.fairlead.observe.sink.Syslog;
import dev.fairlead.observe.sink.SyslogHeader.Severity;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes a log to stderr until it is told another target; lines that the target does not take go to
 * stderr, after one that says so. On the thread of the queue before it; {@link #turnTo} on any.
 */
final class ProcessLogOutput extends AppenderBase<ILoggingEvent> {
  /** {@code target} null = stderr. */
  private record Output(
      Layout<ILoggingEvent> layout, Charset charset, @Nullable LogTarget target) {}

  private volatile Output output;

  /** Whether the last line was not taken. */
  private boolean failing;

  ProcessLogOutput(Layout<ILoggingEvent> layout) {
    output = new Output(layout, Charset.defaultCharset(), null);
  }

  /** From the next line on; {@code target} null = stderr. */
  void turnTo(Layout<ILoggingEvent> layout, @Nullable LogTarget target) {
    boolean isText = layout instanceof ProcessLogLayout && target == null;
    Charset charset = isText ? Charset.defaultCharset() : StandardCharsets.UTF_8;
    output = new Output(layout, charset, target);
  }

  /** Has the file, if it is one, opened again. Any thread. */
  void reopen() {
    LogTarget target = output.target();
    if (target != null) {
      target.reopen();
    }
  }

  @Override
  protected void append(ILoggingEvent event) {
    Output now = output;
    byte[] line = now.layout().doLayout(event).getBytes(now.charset());
    if (now.target() == null) {
      toStderr(line);
      return;
    }
    try {
      if (now.target() instanceof Syslog syslog) {
        send(syslog, event, now.layout());
      } else {
        now.target().write(line);
      }
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        String problem = now.target().name() + " takes no lines of " + name + ": " + e.getMessage();
        toStderr((problem + System.lineSeparator()).getBytes(Charset.defaultCharset()));
      }
      failing = true;
      toStderr(line);
    }
  }

  /** Before each message stand its time and severity: those of a line of text are left out. */
  private static void send(Syslog syslog, ILoggingEvent event, Layout<ILoggingEvent> layout)
      throws IOException {
    boolean isText = layout instanceof ProcessLogLayout;
    String line = isText ? ProcessLogLayout.withoutHeader(event) : layout.doLayout(event);
    syslog.send(severity(event.getLevel()), line.stripTrailing().getBytes(StandardCharsets.UTF_8));
  }

  private static Severity severity(Level level) {
    if (level.isGreaterOrEqual(Level.ERROR)) {
      return Severity.ERROR;
    }
    if (level.isGreaterOrEqual(Level.WARN)) {
      return Severity.WARNING;
    }
    return level.isGreaterOrEqual(Level.INFO) ? Severity.INFO : Severity.DEBUG;
  }

  private static void toStderr(byte[] line) {
    System.err.write(line, 0, line.length);
    System.err.flush();
  }

  @Override
  public void stop() {
    super.stop();
    LogTarget target = output.target();
    if (target != null) {
      try {
        target.close();
      } catch (IOException e) {
        addError("closing " + target.name(), e);
      }
    }
  }
}
