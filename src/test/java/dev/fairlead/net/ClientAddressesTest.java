package dev.fairlead.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClientAddressesTest {
  private final ClientAddresses addresses = new ClientAddresses();

  @Test
  void isTheAddressThatTheKernelHasFilledIn() throws Exception {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] host = ByteBuffer.allocate(4).putInt(random.nextInt(2000) * 40_503).array();
      int port = random.nextInt(65_536);
      assertThat(addresses.of(accepted(host, port)))
          .isEqualTo(new InetSocketAddress(InetAddress.getByAddress(host), port));
    }
  }

  @Test
  void isThatOfIpv6() throws Exception {
    byte[] host = InetAddress.getByName("2001:db8::1").getAddress();
    byte[] filled = ByteBuffer.allocate(25).put((byte) 24).put(host).putInt(0).putInt(443).array();
    assertThat(addresses.of(filled))
        .isEqualTo(new InetSocketAddress(InetAddress.getByAddress(host), 443));
  }

  @Test
  void sharesTheHostOfTwoConnections() {
    byte[] host = {10, 1, 2, 3};
    assertThat(addresses.of(accepted(host, 2)).getAddress())
        .isSameAs(addresses.of(accepted(host, 1)).getAddress());
  }

  private static byte[] accepted(byte[] host, int port) {
    return ByteBuffer.allocate(25).put((byte) 8).put(host).putInt(port).array();
  }
}
