package dev.fairlead.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0/0, 0.0.0.0/0, 0",
    "10.0.0.0/8, 10.0.0.0/8, 8",
    "10.1.2.3/32, 10.1.2.3, 32",
    "10.1.2.3, 10.1.2.3, 32",
    "::/0, ::/0, 0",
    "2001:db8:0:0::/32, 2001:db8::/32, 32",
    "2001:DB8::1, 2001:db8::1, 128",
    "::ffff:10.0.0.0/104, 10.0.0.0/8, 8",
    "::ffff:0:0/96, 0.0.0.0/0, 0",
    "::ffff:a01:203, 10.1.2.3, 32",
    "::10.1.2.3/128, ::a01:203, 128"
  })
  void isWrittenTheShortWay(String written, String shown, int prefix) {
    Cidr cidr = Cidr.of(written);
    assertThat(cidr).hasToString(shown).isEqualTo(Cidr.of(shown));
    assertThat(cidr.prefix()).isEqualTo(prefix);
  }

  @Test
  void mappedBytesAreAnIpv4Network() throws UnknownHostException {
    byte[] bytes = new byte[16];
    bytes[10] = bytes[11] = (byte) 0xff;
    bytes[12] = 10;
    InetAddress mapped = Inet6Address.getByAddress(null, bytes, -1);
    Cidr cidr = new Cidr(mapped, 104);
    assertThat(cidr.network()).isInstanceOf(Inet4Address.class);
    assertThat(cidr).isEqualTo(Cidr.of("10.0.0.0/8"));
    assertThatIllegalArgumentException().isThrownBy(() -> new Cidr(mapped, 80));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "10.0.0.0/33", "10.0.0.1/8", "::1/127", "::ffff:0.0.0.0/80"})
  void nothingElseIsOne(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Cidr.of(text))
        .withMessageStartingWith(text + " (expected: ");
  }

  @Test
  void cantHaveBitsAfterThePrefix() throws UnknownHostException {
    InetAddress address = InetAddress.getByName("10.0.0.1");
    assertThat(new Cidr(address, 32).prefix()).isEqualTo(32);
    assertThatIllegalArgumentException().isThrownBy(() -> new Cidr(address, 31));
    assertThatIllegalArgumentException().isThrownBy(() -> new Cidr(address, 33));
    assertThatIllegalArgumentException().isThrownBy(() -> new Cidr(address, -1));
  }
}
