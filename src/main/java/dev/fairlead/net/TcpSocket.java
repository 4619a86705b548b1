package dev.fairlead.net;

import io.netty.channel.ChannelId;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.util.Arrays;

/** A socket of TCP for one family of addresses, which Netty's own hides. Any thread. */
final class TcpSocket extends Socket {
  /** For a descriptor that is there; the caller closes it only here from now on. */
  TcpSocket(int descriptor) {
    super(descriptor);
  }

  /**
   * A new one that sends without delay, as do those that it accepts. Throws {@link
   * io.netty.channel.ChannelException} where there is no descriptor or family.
   */
  static TcpSocket of(SocketProtocolFamily family) throws IOException {
    TcpSocket socket = new TcpSocket(newSocketStream0(family));
    try {
      socket.setTcpNoDelay(true);
      return socket;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** Distinguishes the channels that are open, for log lines: Netty's own ids take long to make. */
  record DescriptorId(int descriptor) implements ChannelId {
    /** Of the first descriptors, which most connections have one after the other. */
    private static final DescriptorId[] KEPT = new DescriptorId[1024];

    static {
      Arrays.setAll(KEPT, DescriptorId::new);
    }

    static DescriptorId of(int descriptor) {
      return descriptor >= 0 && descriptor < KEPT.length
          ? KEPT[descriptor]
          : new DescriptorId(descriptor);
    }

    @Override
    public String asShortText() {
      return Integer.toString(descriptor);
    }

    @Override
    public String asLongText() {
      return asShortText();
    }

    @Override
    public int compareTo(ChannelId other) {
      return asLongText().compareTo(other.asLongText());
    }
  }
}
