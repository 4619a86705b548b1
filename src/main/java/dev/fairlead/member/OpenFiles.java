package dev.fairlead.member;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How many sessions the process's limit of open files allows. */
final class OpenFiles {
  /** For the jar, the event loops, the admin listener, the logs and listening sockets. */
  private static final long RESERVED = 256;

  /** A client and a backend. */
  private static final long PER_SESSION = 2;

  /** Where there is no limit, or none that can be read. */
  private static final int UNLIMITED = 1_000_000;

  private OpenFiles() {}

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
