package dev.fairlead.member;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.fairlead.config.NodeConfig;
import org.slf4j.LoggerFactory;

/** Sets the levels of the process log. Any thread. */
final class LogLevels {
  private LogLevels() {}

  /** Fairlead logs at {@code level}; libraries never below info. */
  static void set(NodeConfig.LogLevel level) {
    Level wanted = Level.valueOf(level.name());
    logger("dev.fairlead").setLevel(wanted);
    logger(Logger.ROOT_LOGGER_NAME)
        .setLevel(wanted.isGreaterOrEqual(Level.INFO) ? wanted : Level.INFO);
  }

  private static Logger logger(String name) {
    return (Logger) LoggerFactory.getLogger(name);
  }
}
