package dev.fairlead.member;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.fairlead.config.NodeConfig;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many sessions the process's limit of open files allows. */
final class OpenFiles {
  private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);

  /** Below this somebody has probably forgotten to raise a limit. */
  private static final int FEW_SESSIONS = 256;

  /** For the jar, the event loops, the admin listener, the logs and listening sockets. */
  private static final long RESERVED = 256;

  /** A client and a backend. */
  private static final long PER_SESSION = 2;

  /** Where there is no limit, or none that can be read. */
  private static final int UNLIMITED = 1_000_000;

  private OpenFiles() {}

  /** The most sessions at once as configured, or as the limit allows; warns where they differ. */
  static int maxSessions(NodeConfig node) {
    int possible = sessions();
    if (node.maxSessions() > possible) {
      LOG.warn(
          "node.maxSessions {} is more than the limit of open files allows: {}",
          node.maxSessions(),
          possible);
    } else if (node.maxSessions() == NodeConfig.AUTO && possible < FEW_SESSIONS) {
      LOG.warn("the limit of open files allows only {} sessions (ulimit -n)", possible);
    }
    return node.maxSessions() == NodeConfig.AUTO ? possible : node.maxSessions();
  }

  /** The most sessions at once; at least 1. */
  static int sessions() {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      return sessions(unix.getMaxFileDescriptorCount());
    }
    return UNLIMITED;
  }

  static int sessions(long limit) {
    return (int) Math.min(UNLIMITED, Math.max(1, (limit - RESERVED) / PER_SESSION));
  }
}
