package dev.fairlead.member;

import dev.fairlead.config.NodeConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.UUID;

/**
 * Who a member is.
 *
 * @param id unique, new at every start
 * @param name for people: as configured, or the host's
 */
record MemberName(String id, String name) {

  /**
   * A new id, and the name that {@code config} gives. May ask the system's resolver, so not on an
   * event loop.
   */
  static MemberName of(NodeConfig config) {
    return new MemberName(
        UUID.randomUUID().toString(), config.name() == null ? hostName() : config.name());
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
