package dev.fairlead.member;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.Plural;
import dev.fairlead.session.RefusedClients;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Divides the descriptors that the process may have: so many sessions are possible that each gets
 * its connection to a backend, and that probes, admin connections and files get theirs. Any thread.
 *
 * <pre>
 * limit 65,536 and 2 loops: 256 files, 128 admin connections, 512 refused clients, 32,320 sessions
 * limit  1,256 and 2 loops: 256 files, 128 admin connections,  78 refused clients,    397 sessions
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

  /** Used when there is no limit, or it cannot be read. */
  private static final int UNLIMITED = 1_000_000;

  private OpenFiles() {}

  /** The configured maximum, but no more than the limit allows; warns if it allows less. */
  static int maxSessions(NodeConfig node, int loops) {
    int possible = possibleSessions(limit(), node.admin().maxConnections(), loops);
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

  /** How many sessions {@code limit} descriptors allow; at least 1. */
  static int possibleSessions(long limit, int adminConnections, int loops) {
    long refused = (long) loops * RefusedClients.most(limit / PER_SESSION);
    long left = limit - FILES - adminConnections - refused;
    long possible = Math.max(left, limit / 2) / PER_SESSION;
    return (int) Math.min(UNLIMITED, Math.max(1, possible));
  }

  /** Whether {@code failure} says that no descriptor was left, which is no fault of the file. */
  static boolean isExhaustion(IOException failure) {
    return String.valueOf(failure.getMessage()).contains("Too many open files");
  }

  private static long limit() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : Long.MAX_VALUE;
  }
}
