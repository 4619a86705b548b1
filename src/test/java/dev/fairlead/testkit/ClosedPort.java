package dev.fairlead.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;

/** A port of 127.0.0.1 that refuses: bound, so that no other process gets it, and not listening. */
public final class ClosedPort implements AutoCloseable {
  private final SocketChannel holder = SocketChannel.open();

  public ClosedPort() throws IOException {
    holder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  public int port() throws IOException {
    return ((InetSocketAddress) holder.getLocalAddress()).getPort();
  }

  public String keys() throws IOException {
    return "host: 127.0.0.1, port: " + port();
  }

  @Override
  public void close() throws IOException {
    holder.close();
  }
}
