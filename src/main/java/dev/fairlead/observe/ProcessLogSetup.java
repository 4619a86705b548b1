package dev.fairlead.observe;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;
import dev.fairlead.event.AuditLog;
import java.time.ZoneId;
import org.slf4j.Logger;

/**
 * Sets up the process log, which goes to stderr until {@link ProcessLogs} turns it elsewhere:
 * stdout is for the access log and the output of commands. It is code because reading it from a
 * file of XML is a fifth of the start of a member. Logback finds the class as a service and calls
 * it once, on the thread that asks for the first logger. A file that {@code
 * -Dlogback.configurationFile} names, and a {@code logback-test.xml} on the class path, have
 * precedence.
 */
public final class ProcessLogSetup extends ContextAwareBase implements Configurator {
  /** The appender of the root logger; {@code cli.process.ProcessLog} stops the one of this name. */
  static final String QUEUE = "queue";

  /** The appender behind the queue. */
  static final String OUTPUT = "the process log";

  /** Longer keeps more lines while nobody reads stderr, at 200 to 500 B each. */
  static final int LINES = 1024;

  /** Of these only errors are logged. */
  private static final String[] ERRORS_ONLY = {
    // Warnings of Hazelcast repeat, every second and in terms of its own, what Fairlead reports
    // itself: which member has left or joined, and that parts have merged.
    "com.hazelcast",
    // Undeliverable row messages while a member leaves.
    "io.vertx.core.eventbus.impl.MessageConsumerImpl",
    // That a container has no hardware address concerns nobody.
    "io.netty.util.internal.MacAddressUtil",
  };

  private static final String[] OFF = {
    // These repeat, with stack traces, why a start failed, or that a connection broke.
    "com.hazelcast.cluster",
    "com.hazelcast.security",
    "com.hazelcast.instance.AddressPicker",
    "com.hazelcast.instance.impl",
    "com.hazelcast.internal.cluster.impl.DiscoveryJoiner",
    "com.hazelcast.internal.cluster.impl.MulticastJoiner",
    "com.hazelcast.internal.cluster.impl.TcpIpJoiner",
    "com.hazelcast.internal.cluster.impl.operations.FetchMembersViewOp",
    "io.vertx.core.impl.VertxImpl",
    // member/BlockedThreads tells it in one line.
    "io.vertx.core.impl.BlockedThreadChecker",
    // That a dead member is unreachable is covered by the line that it left.
    "io.vertx.core.eventbus.impl.clustered",
    // That a peer has reset its connection, of the event bus or the admin listener.
    "io.vertx.core.net.impl.ConnectionBase",
  };

  @Override
  public ExecutionStatus configure(LoggerContext loggers) {
    if (System.getProperty("logback.configurationFile") != null
        || ProcessLogSetup.class.getResource("/logback-test.xml") != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    setUp(loggers);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /** As {@link #configure} without precedence. */
  static void setUp(LoggerContext loggers) {
    loggers.getStatusManager().add(new NopStatusListener());
    ch.qos.logback.classic.Logger root = loggers.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(queue(loggers, QUEUE, stderr(loggers)));
    // Changes are logged at every level of the rest.
    loggers.getLogger(AuditLog.LOGGER).setLevel(Level.INFO);
    for (String name : ERRORS_ONLY) {
      loggers.getLogger(name).setLevel(Level.ERROR);
    }
    for (String name : OFF) {
      loggers.getLogger(name).setLevel(Level.OFF);
    }
  }

  /**
   * Event loops log too: a stderr that nobody reads (a stalled log driver, a stopped terminal) must
   * cost lines, not traffic.
   */
  static AsyncAppender queue(LoggerContext loggers, String name, ProcessLogOutput output) {
    output.setContext(loggers);
    output.start();
    AsyncAppender queue = new ProcessLogQueue(loggers, name, LINES, output);
    queue.start();
    return queue;
  }

  private static ProcessLogOutput stderr(LoggerContext loggers) {
    ProcessLogLayout layout = new ProcessLogLayout(ZoneId.systemDefault());
    layout.setContext(loggers);
    layout.start();
    ProcessLogOutput output = new ProcessLogOutput(layout);
    output.setName(OUTPUT);
    return output;
  }
}
