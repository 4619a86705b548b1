package dev.fairlead.observe;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.LayoutBase;
import dev.fairlead.config.LogDestination;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.event.AuditLog;
import dev.fairlead.observe.sink.LogTarget;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process log and the audit log as a configuration wants them: level, format and target. There
 * is one of each in a process, as {@link ProcessLogSetup} has made it, so the last configuration
 * applies; where logback was set up otherwise, only the levels and the audit log do.
 */
public final class ProcessLogs implements AutoCloseable {
  /**
   * What a line waits for a server that is away, before it goes to stderr; others, and the end of
   * the process, wait too.
   */
  private static final Duration PATIENCE = Duration.ZERO;

  private static final String AUDIT_QUEUE = "audit";

  private final LoggerContext loggers;
  private volatile Supplier<String> member;

  /** Null = logback was set up otherwise. */
  private @Nullable ProcessLogOutput processOutput;

  /** Null = the audit log has no target of its own. */
  private @Nullable AuditAppender audit;

  /** The queue that this owns, and where its lines go. */
  private record AuditAppender(AsyncAppender queue, ProcessLogOutput output) {}

  private ProcessLogs(LoggerContext loggers, String member) {
    this.loggers = loggers;
    this.member = () -> member;
  }

  /**
   * Applies {@code node} to this process, in which the member is called {@code member} until {@link
   * #member} says otherwise. An IOException names the key of a target that cannot be used.
   */
  public static ProcessLogs apply(NodeConfig node, String member) throws IOException {
    return apply((LoggerContext) LoggerFactory.getILoggerFactory(), node, member);
  }

  static ProcessLogs apply(LoggerContext loggers, NodeConfig node, String member)
      throws IOException {
    ProcessLogs logs = new ProcessLogs(loggers, member);
    logs.setLevels(Level.valueOf(node.logLevel().name()));
    logs.turnProcessLog(node);
    if (!node.auditLog().to().isOff()) {
      logs.openAudit(node);
    }
    return logs;
  }

  /** {@code name} gives the member's name, which may change, to lines of JSON. */
  public void member(Supplier<String> name) {
    member = name;
  }

  /** Has files opened by their names again. */
  public void reopen() {
    if (audit != null) {
      audit.output().reopen();
    }
  }

  /** Fairlead logs at {@code level}; libraries never below info. */
  private void setLevels(Level level) {
    loggers.getLogger("dev.fairlead").setLevel(level);
    loggers
        .getLogger(Logger.ROOT_LOGGER_NAME)
        .setLevel(level.isGreaterOrEqual(Level.INFO) ? level : Level.INFO);
  }

  private LayoutBase<ILoggingEvent> layout(NodeConfig node) {
    return switch (node.logFormat()) {
      case TEXT -> new ProcessLogLayout(ZoneId.systemDefault());
      case JSON -> new ProcessLogJson(() -> member.get());
    };
  }

  private void turnProcessLog(NodeConfig node) throws IOException {
    Appender<ILoggingEvent> queue =
        loggers.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(ProcessLogSetup.QUEUE);
    if (queue instanceof AsyncAppender async
        && async.getAppender(ProcessLogSetup.OUTPUT) instanceof ProcessLogOutput output) {
      LogTarget target =
          node.logTo().equals(LogDestination.STDERR)
              ? null
              : LogTarget.open("node.logTo", node.logTo(), "process", PATIENCE);
      output.turnTo(layout(node), target);
      processOutput = output;
    }
  }

  private void openAudit(NodeConfig node) throws IOException {
    LogTarget target = LogTarget.open("node.auditLog.to", node.auditLog().to(), "audit", PATIENCE);
    ProcessLogOutput output = new ProcessLogOutput(layout(node));
    output.setName("the audit log");
    output.turnTo(layout(node), target);
    AsyncAppender queue = ProcessLogSetup.queue(loggers, AUDIT_QUEUE, output);
    ch.qos.logback.classic.Logger logger = loggers.getLogger(AuditLog.LOGGER);
    logger.setLevel(Level.INFO);
    logger.addAppender(queue);
    audit = new AuditAppender(queue, output);
  }

  /** How many lines of the process log were lost since the start. */
  public long lost() {
    return processOutput == null ? 0 : processOutput.lostLines();
  }

  /** How many lines of the audit log were lost since the start; 0 without a target of its own. */
  public long auditLost() {
    return audit == null ? 0 : audit.output().lostLines();
  }

  /** Writes the last lines of the audit log and closes its target. */
  @Override
  public void close() {
    if (audit != null) {
      loggers.getLogger(AuditLog.LOGGER).detachAppender(audit.queue());
      audit.queue().stop();
    }
  }
}
