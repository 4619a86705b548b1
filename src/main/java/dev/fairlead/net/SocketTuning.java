package dev.fairlead.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;
import jdk.net.ExtendedSocketOptions;

/**
 * Socket options of both sides: no delay, keep-alive and user time-out, so that a peer that
 * vanished is noticed, and resets. On Linux an accepted socket inherits what its listening socket
 * has, so those options cost nothing per client. Call on the channel's event loop.
 */
public final class SocketTuning {
  /** Idle time before the first keep-alive probe. */
  static final int KEEP_ALIVE_IDLE_SECONDS = 60;

  /** Time between probes. */
  static final int KEEP_ALIVE_INTERVAL_SECONDS = 10;

  /** Probes without an answer until the peer counts as gone. */
  static final int KEEP_ALIVE_COUNT = 6;

  /** How long sent data may stay unacknowledged: as long as keep-alive takes to give up. */
  static final int USER_TIMEOUT_MILLIS =
      1000 * (KEEP_ALIVE_IDLE_SECONDS + KEEP_ALIVE_INTERVAL_SECONDS * KEEP_ALIVE_COUNT);

  // Linux numbers, include/uapi/linux/tcp.h and asm-generic/socket.h.
  private static final int SOL_SOCKET = 1;
  private static final int SO_KEEPALIVE = 9;
  private static final int IPPROTO_IP = 0;
  private static final int IP_BIND_ADDRESS_NO_PORT = 24;
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_NODELAY = 1;
  private static final int TCP_KEEPIDLE = 4;
  private static final int TCP_KEEPINTVL = 5;
  private static final int TCP_KEEPCNT = 6;
  private static final int TCP_INFO = 11;
  private static final int TCP_USER_TIMEOUT = 18;

  // struct tcp_info, include/uapi/linux/tcp.h.
  private static final int TCP_INFO_LENGTH = 148;
  private static final int TCP_INFO_UNACKED = 24;
  private static final int TCP_INFO_NOTSENT_BYTES = 144;

  private SocketTuning() {}

  /** Prepares a listening channel before it is bound. */
  public static void listening(ServerChannel channel, SocketAddress local, boolean shared) {
    if (!(local instanceof InetSocketAddress)) {
      return;
    }
    channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
    try {
      if (channel instanceof UnixChannel unix) {
        Socket socket = socket(unix);
        socket.setReusePort(shared);
        noDelayAndKeepAlive(socket);
      } else if (shared) {
        channel.config().setOption(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("listening on " + local, e);
    }
  }

  /** Prepares an accepted channel; a Unix-native one has inherited everything. */
  public static void accepted(Channel channel) {
    if (!(channel instanceof UnixChannel)) {
      nioNoDelayAndKeepAlive(channel);
    }
  }

  /** Prepares a channel to {@code remote} before it connects. */
  public static void connecting(Channel channel, SocketAddress remote, boolean fromFixedAddress) {
    if (!(remote instanceof InetSocketAddress)) {
      return;
    }
    if (channel instanceof UnixChannel unix) {
      try {
        Socket socket = socket(unix);
        noDelayAndKeepAlive(socket);
        if (fromFixedAddress) {
          // The port is chosen at connect, so one per destination is enough.
          socket.setIntOpt(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("connecting to " + remote, e);
      }
    } else {
      nioNoDelayAndKeepAlive(channel);
    }
  }

  /** Makes the next close send a reset instead of a FIN. */
  public static void resetOnClose(Channel channel) {
    if (channel instanceof SocketChannel) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
    }
  }

  /**
   * Bytes and segments that the kernel still holds for the peer, 0 = everything was acknowledged;
   * empty when this transport can't tell (NIO, Unix sockets).
   */
  public static OptionalLong sendQueue(Channel channel) {
    if (!(channel instanceof UnixChannel unix)
        || !(channel.remoteAddress() instanceof InetSocketAddress)) {
      return OptionalLong.empty();
    }
    ByteBuffer info = ByteBuffer.allocateDirect(TCP_INFO_LENGTH).order(ByteOrder.nativeOrder());
    try {
      socket(unix).getRawOpt(IPPROTO_TCP, TCP_INFO, info);
    } catch (IOException e) {
      // The socket is gone already, and its queue with it.
      return OptionalLong.of(0);
    }
    long unacked = Integer.toUnsignedLong(info.getInt(TCP_INFO_UNACKED));
    return OptionalLong.of(unacked + Integer.toUnsignedLong(info.getInt(TCP_INFO_NOTSENT_BYTES)));
  }

  private static void noDelayAndKeepAlive(Socket socket) throws IOException {
    socket.setIntOpt(IPPROTO_TCP, TCP_NODELAY, 1);
    socket.setIntOpt(SOL_SOCKET, SO_KEEPALIVE, 1);
    socket.setIntOpt(IPPROTO_TCP, TCP_KEEPIDLE, KEEP_ALIVE_IDLE_SECONDS);
    socket.setIntOpt(IPPROTO_TCP, TCP_KEEPINTVL, KEEP_ALIVE_INTERVAL_SECONDS);
    socket.setIntOpt(IPPROTO_TCP, TCP_KEEPCNT, KEEP_ALIVE_COUNT);
    socket.setIntOpt(IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MILLIS);
  }

  /** The JDK has no option for the user time-out. */
  private static void nioNoDelayAndKeepAlive(Channel channel) {
    ChannelConfig config = channel.config();
    if (config.setOption(ChannelOption.TCP_NODELAY, true)) {
      config.setOption(ChannelOption.SO_KEEPALIVE, true);
      config.setOption(
          NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), KEEP_ALIVE_IDLE_SECONDS);
      config.setOption(
          NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), KEEP_ALIVE_INTERVAL_SECONDS);
      config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), KEEP_ALIVE_COUNT);
    }
  }

  private static Socket socket(UnixChannel channel) {
    return (Socket) channel.fd();
  }
}
