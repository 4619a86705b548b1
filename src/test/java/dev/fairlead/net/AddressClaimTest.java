package dev.fairlead.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import org.junit.jupiter.api.Test;

class AddressClaimTest {
  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  @Test
  void takesAFreePort() throws IOException {
    try (AddressClaim claim = AddressClaim.of(loopback(0))) {
      assertThat(claim.address().getPort()).isPositive();
    }
  }

  @Test
  void refusesAnAddressThatSomebodySharesAlready() throws IOException {
    try (ServerSocketChannel listening = sharing(loopback(0))) {
      int port = ((InetSocketAddress) listening.getLocalAddress()).getPort();
      assertThatThrownBy(() -> AddressClaim.of(loopback(port))).isInstanceOf(BindException.class);
    }
  }

  @Test
  void letsTheLoopsOfThisProcessListenWhileItIsHeld() throws IOException {
    try (AddressClaim claim = AddressClaim.of(loopback(0));
        ServerSocketChannel first = sharing(claim.address());
        ServerSocketChannel second = sharing(claim.address())) {
      assertThat(first.getLocalAddress()).isEqualTo(second.getLocalAddress());
    }
  }

  @Test
  void keepsOthersAwayWhileItIsHeld() throws IOException {
    try (AddressClaim claim = AddressClaim.of(loopback(0));
        ServerSocket other = new ServerSocket()) {
      other.setReuseAddress(false);
      assertThatThrownBy(() -> other.bind(claim.address())).isInstanceOf(BindException.class);
    }
  }

  @Test
  void leavesTheAddressWhenClosed() throws IOException {
    AddressClaim claim = AddressClaim.of(loopback(0));
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
    return channel.bind(address);
  }
}
