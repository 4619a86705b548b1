package dev.fairlead.member;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.fairlead.config.BindAddress;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.Plural;
import dev.fairlead.session.RefusedClients;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.StringTokenizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Divides the descriptors that the process may have: so many sessions are possible that each gets
 * its connection to a backend, and that probes, admin connections and files get theirs. Any thread.
 *
 * <pre>
 * limit 65,536 and 2 loops: 256 files, 128 admin connections, 512 refused clients, 512 of pipes,
 *     32,064 sessions
 * limit  1,256 and 2 loops: 256 files, 128 admin connections,  78 refused clients,   8 of pipes,
 *     393 sessions
 * limit    200 and 2 loops: too few for that; half of them for                        50 sessions
 * </pre>
 */
final class OpenFiles {
  private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);

  /** Below this the limit was probably forgotten: a warning is logged. */
  private static final int FEW_SESSIONS = 256;

  /**
   * For the jar, event loops, listening sockets, probes, logs, and connections to other members.
   */
  private static final long FILES = 256;

  /** One descriptor for the client, one for the backend. */
  private static final long PER_SESSION = 2;

  private static final int FILES_OF_PIPE = 2;

  /** With any transport. */
  private static final int FILES_OF_LOOP = 4;

  /**
   * For the pipes of one event loop: a part of the limit, and so many at most. Raising them splices
   * more streams at one time, the others are copied; lowering them leaves more for sessions.
   */
  private static final long PART_FOR_PIPES = 512;

  /**
   * What listening sockets may take while there are ranges of ports: this part of the limit.
   * Lowering it takes larger ranges, at the expense of sessions.
   */
  private static final long PART_FOR_LISTENING = 4;

  private static final long MOST_PIPES = 256;

  /** Used when there is no limit, or it cannot be read. */
  private static final int UNLIMITED = 1_000_000;

  private static final String LIMIT = "Max open files";

  private OpenFiles() {}

  /** The configured maximum, but no more than the limit allows; warns if it allows less. */
  static int maxSessions(FairleadConfig config, int loops) {
    NodeConfig node = config.node();
    int possible =
        possibleSessions(
            limit() - ofRanges(config.listeners(), loops),
            node.admin().maxConnections(),
            loops,
            pipes(node));
    if (node.maxSessions() > possible) {
      LOG.warn(
          "node.maxSessions {} is more than the limit of open files (ulimit -n) allows, {} in"
              + " force",
          node.maxSessions(),
          possible);
    } else if (node.maxSessions() == NodeConfig.AUTO && possible < FEW_SESSIONS) {
      LOG.warn(
          "the limit of open files allows only {} (ulimit -n)", Plural.of(possible, "session"));
    }
    return node.maxSessions() == NodeConfig.AUTO
        ? possible
        : Math.min(node.maxSessions(), possible);
  }

  /** Descriptors of the ranges of ports; single addresses are among {@link #FILES}. */
  private static long ofRanges(List<ListenerConfig> listeners, int loops) {
    long ports =
        listeners.stream()
            .filter(ListenerConfig::isOpen)
            .map(ListenerConfig::bind)
            .filter(BindAddress::isRange)
            .mapToLong(bind -> bind.each().size())
            .sum();
    return Math.min(ports * loops, mostListening());
  }

  /** Descriptors that listening sockets may take, where there are ranges of ports. */
  static long mostListening() {
    return limit() / PART_FOR_LISTENING;
  }

  /** How many sessions {@code limit} descriptors allow; at least 1. */
  static int possibleSessions(long limit, int adminConnections, int loops, int pipesOfLoop) {
    long refused = (long) loops * RefusedClients.most(limit / PER_SESSION);
    long pipes = (long) loops * FILES_OF_PIPE * pipesOfLoop;
    long left = limit - FILES - adminConnections - refused - pipes;
    long possible = Math.max(left, limit / 2) / PER_SESSION;
    return (int) Math.min(UNLIMITED, Math.max(1, possible));
  }

  /** How many streams an event loop may splice at one time. */
  static int pipes(NodeConfig node) {
    return node.splice() ? pipes(limit()) : 0;
  }

  static int pipes(long limit) {
    return (int) Math.min(MOST_PIPES, limit / PART_FOR_PIPES);
  }

  /** Whether a {@link Rehearsal}, which takes some fifty and event loops, might leave none. */
  static boolean areFew(int loops) {
    return limit() < 2 * FILES + (long) FILES_OF_LOOP * loops;
  }

  /** Whether {@code failure} says that no descriptor was left, which is no fault of the file. */
  static boolean isExhaustion(IOException failure) {
    return String.valueOf(failure.getMessage()).contains("Too many open files");
  }

  /** From the kernel where it tells: JMX would load hundreds of classes for it. */
  private static long limit() {
    try {
      return softLimit(Files.readString(Path.of("/proc/self/limits"))).orElseGet(OpenFiles::ofJmx);
    } catch (IOException e) {
      return ofJmx();
    }
  }

  /** The first number of {@code Max open files 1024 524288 files}; empty without such a line. */
  static OptionalLong softLimit(String limits) {
    int start = limits.indexOf(LIMIT);
    if (start < 0) {
      return OptionalLong.empty();
    }
    StringTokenizer words = new StringTokenizer(limits.substring(start + LIMIT.length()));
    String soft = words.hasMoreTokens() ? words.nextToken() : "";
    try {
      return OptionalLong.of(soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static long ofJmx() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : Long.MAX_VALUE;
  }
}
