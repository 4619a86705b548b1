package dev.fairlead.net;

import java.io.Closeable;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;

/**
 * Reserves an address, bound but not listening, until it is closed: clients are refused, and no
 * other process can bind it, whatever socket options it uses, until {@link #share}. SO_REUSEPORT
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
   * @param shared beside sockets of this process that have the address or overlap it, all of them
   *     shared; else no socket has it
   * @throws IOException when the address is in use or not of this machine
   */
  public static AddressClaim of(InetSocketAddress wanted, boolean shared) throws IOException {
    // A connecting socket, because the JDK's listening ones listen as soon as they are bound.
    SocketChannel holder = SocketChannel.open(familyOf(wanted));
    try {
      // For the bind alone, so that connections in TIME_WAIT do not block it. A holder that keeps
      // the option would share the address with every socket that sets it, as none listens yet.
      holder.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      if (shared) {
        sharePort(holder);
      }
      holder.bind(wanted);
      holder.setOption(StandardSocketOptions.SO_REUSEADDR, false);
      int port = ((InetSocketAddress) holder.getLocalAddress()).getPort();
      return new AddressClaim(holder, new InetSocketAddress(wanted.getAddress(), port));
    } catch (IOException | RuntimeException e) {
      holder.close();
      throw e;
    }
  }

  /** With the real port. */
  public InetSocketAddress address() {
    return address;
  }

  /**
   * From now on sockets of this user that set SO_REUSEPORT can bind the address too. Does nothing
   * once the claim is closed.
   */
  public void share() throws IOException {
    try {
      sharePort(holder);
    } catch (ClosedChannelException e) {
      // The address is free.
    }
  }

  @Override
  public void close() throws IOException {
    holder.close();
  }

  private static void sharePort(SocketChannel holder) throws IOException {
    if (holder.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
      holder.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    }
  }

  private static StandardProtocolFamily familyOf(InetSocketAddress address) {
    return address.getAddress() instanceof Inet4Address
        ? StandardProtocolFamily.INET
        : StandardProtocolFamily.INET6;
  }
}
