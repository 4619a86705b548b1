package dev.fairlead.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.OptionalLong;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Socket options of both sides: no delay, keep-alive and user time-out, so that a peer that
 * vanished is noticed, and resets. On Linux an accepted socket inherits what its listening socket
 * has, so those options cost nothing per client. Call on the channel's event loop.
 *
 * <p>A channel that is closed is left alone: the number of its descriptor may be another
 * connection's by now.
 */
public final class SocketTuning {
  static final int KEEP_ALIVE_IDLE_SECONDS = 60;
  static final int KEEP_ALIVE_INTERVAL_SECONDS = 10;
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
  private static final int TCP_KEEPIDLE = 4;
  private static final int TCP_KEEPINTVL = 5;
  private static final int TCP_KEEPCNT = 6;
  private static final int TCP_INFO = 11;
  private static final int TCP_USER_TIMEOUT = 18;

  // struct tcp_info, include/uapi/linux/tcp.h.
  private static final int TCP_INFO_LENGTH = 148;
  private static final int TCP_INFO_STATE = 0;
  private static final int TCP_INFO_UNACKED = 24;
  private static final int TCP_INFO_LAST_ACK_MILLIS = 56;
  private static final int TCP_INFO_BYTES_RECEIVED = 128;
  private static final int TCP_INFO_NOTSENT_BYTES = 144;

  // include/net/tcp_states.h.
  private static final byte TCP_CLOSE = 7;

  /**
   * How long a peer accepts no bytes before it is checked whether it is slow or has vanished;
   * shorter than the user time-out.
   */
  public static final Duration SLOW_AFTER = Duration.ofSeconds(90);

  /**
   * A closed window is probed at growing intervals; at {@link #SLOW_AFTER} the last answer is
   * younger than this.
   */
  private static final int SLOW_ACK_MILLIS = 75_000;

  /** One for every event loop: a direct buffer is slow to make. */
  private static final FastThreadLocal<ByteBuffer> TCP_INFO_BUFFER =
      new FastThreadLocal<>() {
        @Override
        protected ByteBuffer initialValue() {
          return ByteBuffer.allocateDirect(TCP_INFO_LENGTH).order(ByteOrder.nativeOrder());
        }
      };

  private static final Logger LOG = LoggerFactory.getLogger(SocketTuning.class);

  private SocketTuning() {}

  /** To be called before the bind. */
  public static void listening(ServerChannel channel, SocketAddress local, boolean shared) {
    if (!(local instanceof InetSocketAddress)) {
      return;
    }
    try {
      if (channel instanceof UnixChannel unix) {
        socket(unix).setReuseAddress(true);
        socket(unix).setReusePort(shared);
        keepAlive(socket(unix));
        return;
      }
      channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
      if (shared) {
        channel.config().setOption(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("listening on " + local, e);
    }
  }

  /** Prepares an accepted channel; a Unix-native one has inherited everything. */
  public static void accepted(Channel channel) {
    if (!(channel instanceof UnixChannel)) {
      nioKeepAlive(channel);
    }
  }

  /**
   * Prepares a channel that is to connect from a fixed address: the port is chosen at the connect,
   * so that one is enough for every destination.
   */
  public static void sharingPorts(Channel channel) {
    if (channel instanceof UnixChannel unix) {
      set(socket(unix), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    }
  }

  /** Makes the kernel detect that the peer of a connected channel has vanished. */
  public static void keepAlive(Channel channel) {
    if (!isOpenInternet(channel)) {
      return;
    }
    if (channel instanceof UnixChannel unix) {
      keepAlive(socket(unix));
    } else {
      nioKeepAlive(channel);
    }
  }

  /**
   * Removes the user time-out of a peer that accepts no bytes but acknowledges probes. Linux would
   * end the connection when its window was closed for that time (net/ipv4/tcp_timer.c,
   * tcp_probe_timer); a slow reader has until {@code idle}. To be called when no byte has moved for
   * {@link #SLOW_AFTER}.
   */
  public static void tolerateSlow(Channel channel) {
    if (channel instanceof UnixChannel unix && isOpenInternet(channel)) {
      ByteBuffer info = tcpInfo(socket(unix));
      if (queued(info) > 0 && info.getInt(TCP_INFO_LAST_ACK_MILLIS) < SLOW_ACK_MILLIS) {
        set(socket(unix), IPPROTO_TCP, TCP_USER_TIMEOUT, 0);
      }
    }
  }

  /** Makes the next close send a reset instead of a FIN. */
  public static void resetOnClose(Channel channel) {
    if (channel instanceof UnixChannel unix && isOpenInternet(channel)) {
      try {
        socket(unix).setSoLinger(0);
      } catch (IOException e) {
        LOG.debug("no reset of {}: {}", channel, e.getMessage());
      }
    } else if (channel instanceof SocketChannel && channel.isOpen()) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
    }
  }

  /**
   * Bytes and segments that the kernel still holds for the peer, 0 = everything was acknowledged;
   * empty when this transport can't ask it (NIO). Nothing is held for a closed channel, nor for a
   * Unix socket: what is written there is in the queue of the peer, which may read it after a
   * close.
   */
  public static OptionalLong sendQueue(Channel channel) {
    if (!isOpenInternet(channel)) {
      return OptionalLong.of(0);
    }
    if (!(channel instanceof UnixChannel unix)) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(queued(tcpInfo(socket(unix))));
  }

  /** Whether the peer has sent bytes, even if they were not read. */
  static boolean hasReceived(Channel channel) {
    return channel instanceof UnixChannel unix
        && tcpInfo(socket(unix)).getLong(TCP_INFO_BYTES_RECEIVED) > 0;
  }

  /**
   * Whether the connection was reset, though reading says that the peer has sent a FIN: so it looks
   * when a write has received the error and did not tell, because it had written some bytes before.
   * After our own FIN the kernel does not know any more.
   */
  static boolean isErrorLost(Channel channel) {
    if (!(channel instanceof UnixChannel unix) || !isOpenInternet(channel)) {
      return false;
    }
    Socket socket = socket(unix);
    try {
      return !socket.isOutputShutdown()
          && tcpInfo(socket).get(TCP_INFO_STATE) == TCP_CLOSE
          && socket.getSoError() == 0; // else a FIN came first, and the error is still there
    } catch (IOException e) {
      return false;
    }
  }

  /** Netty remembers the remote address of a channel that it has closed. */
  private static boolean isOpenInternet(Channel channel) {
    return channel.isOpen() && channel.remoteAddress() instanceof InetSocketAddress;
  }

  private static long queued(ByteBuffer info) {
    return Integer.toUnsignedLong(info.getInt(TCP_INFO_UNACKED))
        + Integer.toUnsignedLong(info.getInt(TCP_INFO_NOTSENT_BYTES));
  }

  /** Nothing queued for a socket that is gone already, and its queue with it. */
  private static ByteBuffer tcpInfo(Socket socket) {
    ByteBuffer info = TCP_INFO_BUFFER.get();
    info.clear();
    info.put(TCP_INFO_STATE, (byte) 0);
    info.putInt(TCP_INFO_UNACKED, 0).putInt(TCP_INFO_NOTSENT_BYTES, 0);
    info.putLong(TCP_INFO_BYTES_RECEIVED, 0);
    try {
      socket.getRawOpt(IPPROTO_TCP, TCP_INFO, info);
    } catch (IOException e) {
      LOG.debug("no TCP_INFO of {}: {}", socket, e.getMessage());
    }
    return info;
  }

  private static void keepAlive(Socket socket) {
    set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(socket, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_ALIVE_IDLE_SECONDS);
    set(socket, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_ALIVE_INTERVAL_SECONDS);
    set(socket, IPPROTO_TCP, TCP_KEEPCNT, KEEP_ALIVE_COUNT);
    set(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MILLIS);
  }

  private static void set(Socket socket, int level, int option, int value) {
    try {
      socket.setIntOpt(level, option, value);
    } catch (IOException e) {
      // A connection that broke a moment ago refuses options; its end is reported elsewhere.
      LOG.debug("option {}/{} of {}: {}", level, option, socket, e.getMessage());
    }
  }

  /** The JDK has no option for the user time-out. */
  private static void nioKeepAlive(Channel channel) {
    ChannelConfig config = channel.config();
    if (config.setOption(ChannelOption.SO_KEEPALIVE, true)) {
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
