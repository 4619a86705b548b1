package dev.fairlead.member;

import dev.fairlead.config.NodeConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** What a member would like to be called. */
final class MemberName {
  private MemberName() {}

  /** As configured, or the host's name. May ask the system's resolver, so not for event loops. */
  static String wanted(NodeConfig config) {
    return config.name() == null ? hostName() : config.name();
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
