package dev.fairlead.observe;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;

/**
 * The queue before a {@link ProcessLogOutput}. Whoever logs never waits: a line that finds the
 * queue full is lost, and the output says how many were. Any thread.
 */
final class ProcessLogQueue extends AsyncAppender {
  private final ProcessLogOutput output;

  /** Of {@code lines} lines, in {@code loggers}; not started yet. */
  ProcessLogQueue(LoggerContext loggers, String name, int lines, ProcessLogOutput output) {
    this.output = output;
    setContext(loggers);
    setName(name);
    setNeverBlock(true);
    setQueueSize(lines);
    setDiscardingThreshold(0);
    addAppender(output);
  }

  /** One thread at a time, so that there is room for a line that has been promised it. */
  @Override
  protected synchronized void append(ILoggingEvent event) {
    if (getRemainingCapacity() == 0) {
      output.lost();
    } else {
      super.append(event);
    }
  }
}
