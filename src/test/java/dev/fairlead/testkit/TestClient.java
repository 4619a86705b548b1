package dev.fairlead.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;

/** Makes the clients of a test. */
public final class TestClient {
  private TestClient() {}

  /** A client of the member's only listener. */
  public static TestConnection connect(TestMember member) throws IOException {
    return connect(member.address());
  }

  public static TestConnection connect(SocketAddress address) throws IOException {
    return new TestConnection(SocketChannel.open(address));
  }

  /** A client whose kernel takes few bytes that the test does not read. */
  public static TestConnection connectWithSmallBuffer(TestMember member) throws IOException {
    return connectWithSmallBuffer(member.address());
  }

  /** As {@link #connectWithSmallBuffer(TestMember)}. */
  public static TestConnection connectWithSmallBuffer(SocketAddress address) throws IOException {
    SocketChannel channel = open(address);
    channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
    channel.connect(address);
    return new TestConnection(channel);
  }

  /** A client that comes from an address of its own. */
  public static TestConnection connectFrom(String source, TestMember member) throws IOException {
    return connectFrom(source, member.address());
  }

  /** The same to an address. */
  public static TestConnection connectFrom(String source, SocketAddress address)
      throws IOException {
    SocketChannel channel = open(address);
    channel.bind(new InetSocketAddress(source, 0));
    channel.connect(address);
    return new TestConnection(channel);
  }

  /** What one client that only reads receives until the member's FIN. */
  public static String ask(TestMember member) throws IOException {
    try (TestConnection client = connect(member)) {
      return client.readText();
    }
  }

  private static SocketChannel open(SocketAddress address) throws IOException {
    return address instanceof UnixDomainSocketAddress
        ? SocketChannel.open(StandardProtocolFamily.UNIX)
        : SocketChannel.open();
  }
}
