package dev.fairlead.cli;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import dev.fairlead.observe.ProcessLogSetup;
import org.slf4j.LoggerFactory;

/** The process log, which {@link ProcessLogSetup} has given a thread of its own. */
final class ProcessLog {
  private ProcessLog() {}

  /** Writes the queued lines, for at most 1 s ({@code maxFlushTime}); later ones are lost. */
  static void close() {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Appender<ILoggingEvent> queue = root.getAppender(ProcessLogSetup.QUEUE);
    if (queue != null) {
      queue.stop();
    }
  }
}
