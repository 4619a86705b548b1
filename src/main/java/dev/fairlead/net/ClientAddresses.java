package dev.fairlead.net;

import io.netty.channel.unix.NativeInetAddress;
import io.netty.util.concurrent.FastThreadLocal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the addresses of accepted clients. Those of one IPv4 host share theirs, if it was lately
 * used: most connections come from few hosts, such as load balancers. One for every event loop.
 */
final class ClientAddresses {
  private static final FastThreadLocal<ClientAddresses> OF_LOOP =
      new FastThreadLocal<>() {
        @Override
        protected ClientAddresses initialValue() {
          return new ClientAddresses();
        }
      };

  /** Hosts that are remembered, a power of two. Raising it shares more, at 64 bytes each. */
  private static final int SLOTS = 256;

  /** Of an IPv4 address and its port, as {@link NativeInetAddress} counts them. */
  private static final int IPV4_LENGTH = 8;

  private static final int PORT_AT = 5;

  private final int[] hosts = new int[SLOTS];
  private final @Nullable InetAddress[] addresses = new InetAddress[SLOTS];

  static ClientAddresses ofLoop() {
    return OF_LOOP.get();
  }

  /**
   * @param accepted as accept(2) has filled it: the length in the first byte
   */
  InetSocketAddress of(byte[] accepted) {
    if (accepted[0] != IPV4_LENGTH) {
      return NativeInetAddress.address(accepted, 1, accepted[0]);
    }
    ByteBuffer bytes = ByteBuffer.wrap(accepted);
    int host = bytes.getInt(1);
    int slot = (host ^ (host >>> 8) ^ (host >>> 16)) & (SLOTS - 1);
    InetAddress known = addresses[slot];
    if (known != null && hosts[slot] == host) {
      return new InetSocketAddress(known, bytes.getInt(PORT_AT));
    }
    InetSocketAddress made = NativeInetAddress.address(accepted, 1, IPV4_LENGTH);
    hosts[slot] = host;
    addresses[slot] = made.getAddress();
    return made;
  }
}
