package dev.fairlead.cli.process;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import org.slf4j.LoggerFactory;

/**
 * The process log. As {@code observe.ProcessLogSetup} sets it up, a thread of its own writes it to
 * stderr: event loops log too, and a stderr that nobody reads must not hold them up.
 */
public final class ProcessLog {
  /** The name that {@code observe.ProcessLogSetup} gives it. */
  private static final String QUEUE = "queue";

  private ProcessLog() {}

  /** Writes the queued lines, for at most 1 s ({@code maxFlushTime}); later ones are lost. */
  public static void close() {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Appender<ILoggingEvent> queue = root.getAppender(QUEUE);
    if (queue != null) {
      queue.stop();
    }
  }
}
