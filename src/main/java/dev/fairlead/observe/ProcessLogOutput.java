package dev.fairlead.observe;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.Layout;
import dev.fairlead.config.Plural;
import dev.fairlead.net.LineLimit;
import dev.fairlead.observe.sink.LogTarget;
import dev.fairlead.observe.sink.Syslog;
import dev.fairlead.observe.sink.SyslogHeader.Severity;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Writes a log to stderr, or to the target of {@link #turnTo}, which it owns: one that was replaced
 * is closed before the next line, the last one when this is stopped. Lines that the target does not
 * take go to stderr, after one that says so; so does the number of lines that the queue before it
 * has lost. On the thread of that queue; {@link #turnTo}, {@link #reopen} and {@link #lost} on any.
 */
final class ProcessLogOutput extends AppenderBase<ILoggingEvent> {
  /** {@code target} null = stderr. */
  private record Output(
      Layout<ILoggingEvent> layout, Charset charset, @Nullable LogTarget target) {}

  /** Between two lines that say how many were lost; lowering it says so sooner, in more lines. */
  private static final Duration REPORT_EVERY = Duration.ofSeconds(1);

  private final LongAdder lost = new LongAdder();
  private final LineLimit reports = new LineLimit(REPORT_EVERY, System::nanoTime);

  /** How many were lost when that was reported last; written with the lock of this. */
  private volatile long reportedLost;

  private volatile Output output;

  /** Targets that others have replaced; closed before the next line. */
  private final Queue<LogTarget> replaced = new ConcurrentLinkedQueue<>();

  /** Whether the last line was not taken. */
  private boolean failing;

  ProcessLogOutput(Layout<ILoggingEvent> layout) {
    output = new Output(layout, Charset.defaultCharset(), null);
  }

  /** From the next line on; {@code target} null = stderr. One thread at a time. */
  void turnTo(Layout<ILoggingEvent> layout, @Nullable LogTarget target) {
    boolean isText = layout instanceof ProcessLogLayout && target == null;
    Charset charset = isText ? Charset.defaultCharset() : StandardCharsets.UTF_8;
    LogTarget before = output.target();
    output = new Output(layout, charset, target);
    if (before != null) {
      replaced.add(before);
    }
  }

  /** Has the file, if it is one, opened again. Any thread. */
  void reopen() {
    LogTarget target = output.target();
    if (target != null) {
      target.reopen();
    }
  }

  /** The queue was full, and a line is lost. */
  void lost() {
    lost.increment();
  }

  /** How many lines found the queue full since the start. */
  long lostLines() {
    return lost.sum();
  }

  /** Says how many were lost since the last time it did. */
  private synchronized void reportLost() {
    long all = lost.sum();
    if (all > reportedLost) {
      String text = name + " has lost " + Plural.of(all - reportedLost, "line") + ", " + all;
      reportedLost = all;
      report(text + " since the start: they come faster than they are taken");
    }
  }

  @Override
  protected void append(ILoggingEvent event) {
    write(event);
    if (lost.sum() > reportedLost && reports.next().isPresent()) {
      reportLost();
    }
  }

  private void write(ILoggingEvent event) {
    closeReplaced(); // Before the target is read: what is closed here is not in use.
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
        report(now.target().name() + " takes no lines of " + name + ": " + e.getMessage());
      }
      failing = true;
      toStderr(line);
    }
  }

  private void closeReplaced() {
    for (LogTarget each = replaced.poll(); each != null; each = replaced.poll()) {
      try {
        each.close();
      } catch (IOException e) {
        addError("closing " + each.name(), e);
      }
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

  private static void report(String problem) {
    toStderr((problem + System.lineSeparator()).getBytes(Charset.defaultCharset()));
  }

  private static void toStderr(byte[] line) {
    System.err.write(line, 0, line.length);
    System.err.flush();
  }

  @Override
  public void stop() {
    super.stop();
    reportLost();
    if (output.target() != null) {
      replaced.add(output.target());
    }
    closeReplaced();
  }
}
