package dev.fairlead.member;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.fairlead.config.NodeConfig;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Derives the maximum number of sessions from the process's limit of open files. Any thread. */
final class OpenFiles {
  private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);

  /** Below this the limit was probably forgotten: a warning is logged. */
  private static final int FEW_SESSIONS = 256;

  /** Descriptors for the jar, event loops, admin listener, logs and listening sockets. */
  private static final long RESERVED = 256;

  /** One descriptor for the client, one for the backend. */
  private static final long PER_SESSION = 2;

  /** Used when there is no limit, or it cannot be read. */
  private static final int UNLIMITED = 1_000_000;

  private OpenFiles() {}

  /** The configured maximum, or what the limit allows; warns if the former exceeds the latter. */
  static int maxSessions(NodeConfig node) {
    int possible = possibleSessions();
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

  /** What the limit of open files allows; at least 1. */
  private static int possibleSessions() {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      long possible = (unix.getMaxFileDescriptorCount() - RESERVED) / PER_SESSION;
      return (int) Math.min(UNLIMITED, Math.max(1, possible));
    }
    return UNLIMITED;
  }
}
