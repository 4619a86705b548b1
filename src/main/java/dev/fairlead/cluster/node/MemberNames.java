package dev.fairlead.cluster.node;

import io.vertx.core.net.HostAndPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says which of the listed members has a name that means nothing. That is no reason not to start:
 * whose name is unknown is probably not there yet. Blocks on DNS.
 */
final class MemberNames {
  private static final Logger LOG = LoggerFactory.getLogger(MemberNames.class);

  private MemberNames() {}

  static void warnOfUnknown(List<String> members) {
    for (String member : members) {
      HostAndPort parsed = HostAndPort.parseAuthority(member, -1);
      if (parsed != null && !isKnown(parsed.host())) {
        LOG.warn("cluster.discovery.members: the host {} is unknown", parsed.host());
      }
    }
  }

  private static boolean isKnown(String host) {
    try {
      return InetAddress.getAllByName(host).length > 0;
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
