package dev.fairlead.net;

import java.io.Closeable;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/**
 * Holds an address that nobody else has, bound but not listening, until it is closed. SO_REUSEPORT
 * alone would let a second process of the same user share an address unnoticed; so the address is
 * first bound without it, and only then opened to the event loops of this process. Binding does not
 * block; any thread.
 */
public final class AddressClaim implements Closeable {
  private final SocketChannel holder;
  private final InetSocketAddress address;

  private AddressClaim(SocketChannel holder, InetSocketAddress address) {
    this.holder = holder;
    this.address = address;
  }

  /**
   * Claims {@code wanted}; port 0 takes any free one.
   *
   * @throws IOException when the address is in use or not of this machine
   */
  public static AddressClaim of(InetSocketAddress wanted) throws IOException {
    // A connecting socket, because the JDK's listening ones listen as soon as they are bound.
    SocketChannel holder = SocketChannel.open(familyOf(wanted));
    try {
      holder.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      holder.bind(wanted);
      if (holder.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
        holder.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      }
      int port = ((InetSocketAddress) holder.getLocalAddress()).getPort();
      return new AddressClaim(holder, new InetSocketAddress(wanted.getAddress(), port));
    } catch (IOException | RuntimeException e) {
      holder.close();
      throw e;
    }
  }

  /** What was claimed, with the real port. */
  public InetSocketAddress address() {
    return address;
  }

  @Override
  public void close() throws IOException {
    holder.close();
  }

  private static StandardProtocolFamily familyOf(InetSocketAddress address) {
    return address.getAddress() instanceof Inet4Address
        ? StandardProtocolFamily.INET
        : StandardProtocolFamily.INET6;
  }
}
