package dev.fairlead.member;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.fairlead.config.NodeConfig;
import org.slf4j.LoggerFactory;

/** How much the process log says. */
final class LogLevels {
  private LogLevels() {}

  /** Ours at the level that is asked for; what we are built on never says more than info. */
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
