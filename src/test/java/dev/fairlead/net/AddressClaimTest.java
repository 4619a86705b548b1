package dev.fairlead.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddressClaimTest {
  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  @Test
  void takesAFreePort() throws IOException {
    try (AddressClaim claim = AddressClaim.of(loopback(0), false)) {
      assertThat(claim.address().getPort()).isPositive();
    }
  }

  @Test
  void refusesAnAddressThatSomebodySharesAlready() throws IOException {
    try (ServerSocketChannel listening = sharing(loopback(0))) {
      int port = ((InetSocketAddress) listening.getLocalAddress()).getPort();
      assertThatThrownBy(() -> AddressClaim.of(loopback(port), false))
          .isInstanceOf(BindException.class);
    }
  }

  @Test
  void letsTheLoopsOfThisProcessListenOnceItIsShared() throws IOException {
    try (AddressClaim claim = AddressClaim.of(loopback(0), false)) {
      claim.share();
      try (ServerSocketChannel first = sharing(claim.address());
          ServerSocketChannel second = sharing(claim.address())) {
        assertThat(first.getLocalAddress()).isEqualTo(second.getLocalAddress());
      }
    }
  }

  @Test
  void keepsEverybodyAwayWhileItIsHeld() throws IOException {
    try (AddressClaim claim = AddressClaim.of(loopback(0), false)) {
      for (boolean reuseAddress : List.of(false, true)) {
        try (ServerSocket other = new ServerSocket()) {
          other.setReuseAddress(reuseAddress);
          assertThatThrownBy(() -> other.bind(claim.address())).isInstanceOf(BindException.class);
        }
      }
      assertThatThrownBy(() -> sharing(claim.address())).isInstanceOf(BindException.class);
    }
  }

  @Test
  void isNotHinderedByConnectionsOfThePast() throws IOException {
    int port;
    try (ServerSocketChannel listening = sharing(loopback(0));
        SocketChannel client = SocketChannel.open(listening.getLocalAddress());
        SocketChannel accepted = listening.accept()) {
      port = ((InetSocketAddress) listening.getLocalAddress()).getPort();
      accepted.shutdownOutput(); // who finishes first has the connection in TIME_WAIT
      client.read(ByteBuffer.allocate(1));
    }
    try (AddressClaim claim = AddressClaim.of(loopback(port), false)) {
      assertThat(claim.address().getPort()).isEqualTo(port);
    }
  }

  @Test
  void standsBesideSharedSocketsOfThisProcess() throws IOException {
    try (ServerSocketChannel listening = sharing(loopback(0))) {
      InetSocketAddress address = (InetSocketAddress) listening.getLocalAddress();
      try (AddressClaim beside = AddressClaim.of(address, true)) {
        assertThat(beside.address()).isEqualTo(address);
      }
    }
  }

  @Test
  void connectingToItIsRefused() throws IOException {
    try (AddressClaim claim = AddressClaim.of(loopback(0), false)) {
      assertThatThrownBy(() -> SocketChannel.open(claim.address()).close())
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void sharingAClosedOneDoesNothing() throws IOException {
    AddressClaim claim = AddressClaim.of(loopback(0), false);
    claim.close();
    assertThatCode(claim::share).doesNotThrowAnyException();
  }

  @Test
  void leavesTheAddressWhenClosed() throws IOException {
    AddressClaim claim = AddressClaim.of(loopback(0), false);
    claim.close();
    try (ServerSocket other = new ServerSocket()) {
      other.bind(claim.address());
      assertThat(other.isBound()).isTrue();
    }
  }

  private static ServerSocketChannel sharing(InetSocketAddress address) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open(java.net.StandardProtocolFamily.INET);
    channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    try {
      return channel.bind(address);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }
}
