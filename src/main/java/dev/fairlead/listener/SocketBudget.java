package dev.fairlead.listener;

import dev.fairlead.config.BindAddress;
import dev.fairlead.config.ListenerConfig;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps ranges of ports from taking the descriptors that sessions need. A configuration without a
 * range is not judged. Immutable.
 *
 * @param most descriptors that all listening sockets together may take
 * @param eachAddress descriptors that one address takes
 */
record SocketBudget(long most, int eachAddress) {
  /** Where the kernel spreads clients over event loops, each of them has a socket. */
  static SocketBudget of(ListeningSocket.DataPath dataPath, long most) {
    boolean shared = dataPath.transport().sharesListening(new InetSocketAddress(0));
    return new SocketBudget(most, shared ? dataPath.verticles().size() : 1);
  }

  /** The first range that goes beyond it; null = none. */
  @Nullable ListenException exceeded(List<ListenerConfig> listeners) {
    long sockets = 0;
    for (int i = 0; i < listeners.size(); i++) {
      BindAddress bind = listeners.get(i).bind();
      if (!listeners.get(i).isOpen()) {
        continue;
      }
      sockets += bind.isUnix() ? 1 : (long) eachAddress * bind.each().size();
      if (bind.isRange() && sockets > most) {
        String expected =
            "at most "
                + most
                + " of the open files (ulimit -n) for all listeners: an address takes "
                + eachAddress
                + ", which makes "
                + sockets;
        return ListenException.tooMany("listeners[" + i + "].bind", bind, expected);
      }
    }
    return null;
  }
}
