package dev.fairlead.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.Cidr;
import dev.fairlead.config.ListenerConfig.AccessConfig;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessListTest {

  private static AccessList list(String allow, String deny) {
    return AccessList.of(new AccessConfig(networks(allow), networks(deny)));
  }

  private static List<Cidr> networks(String texts) {
    return Arrays.stream(texts.split(" ")).filter(t -> !t.isEmpty()).map(Cidr::of).toList();
  }

  private static boolean admits(AccessList list, String address) {
    return list.admits(address(address));
  }

  private static InetAddress address(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      // allow | deny | admitted | refused
      value = {
        "10.0.0.0/8 | '' | 10.0.0.0 10.255.255.255 | 9.255.255.255 11.0.0.0 ::1 ::a00:0",
        "'' | 10.0.0.0/8 | 9.255.255.255 11.0.0.0 ::1 255.255.255.255 | 10.0.0.0 10.255.255.255",
        "10.0.0.0/8 | 10.0.0.0/16 | 10.1.0.0 10.9.9.9 | 10.0.0.0 10.0.255.255",
        "10.0.0.0/16 | 10.0.0.0/8 | '' | 10.0.0.0 10.0.255.255 10.1.0.0",
        "10.0.0.0/8 | 10.0.0.0/8 | '' | 10.0.0.0 10.255.255.255",
        "10.0.0.0/9 10.128.0.0/9 10.0.0.0/9 | '' | 10.127.255.255 10.128.0.0 | 11.0.0.0",
        "10.0.0.0/8 10.1.0.0/16 10.1.1.1 | '' | 10.1.1.1 10.1.2.1 10.2.0.1 | 11.0.0.0",
        "0.0.0.0/0 | '' | 0.0.0.0 255.255.255.255 127.0.0.1 | :: ::1",
        "0.0.0.0/0 | 0.0.0.0 255.255.255.255 | 0.0.0.1 255.255.255.254 | 0.0.0.0 255.255.255.255",
        "255.255.255.255 | '' | 255.255.255.255 | 255.255.255.254 0.0.0.0",
        "0.0.0.0/1 128.0.0.0/1 | '' | 0.0.0.0 127.255.255.255 128.0.0.0 255.255.255.255 | ::",
        "::/0 | '' | :: ::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff | 0.0.0.0 10.0.0.1",
        "2001:db8::/32 | '' | 2001:db8::"
            + " 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"
            + " | 2001:db7:ffff:ffff:ffff:ffff:ffff:ffff 2001:db9:: 10.0.0.1",
        "2001:db8::/64 2001:db8:0:1::/65 | '' | 2001:db8:0:1:7fff:ffff:ffff:ffff"
            + " | 2001:db8:0:1:8000::",
        "2001:db8::1 | '' | 2001:db8::1 | 2001:db8:: 2001:db8::2",
        "2001:db8:0:0:ffff:ffff:ffff:ffff | '' | 2001:db8:0:0:ffff:ffff:ffff:ffff"
            + " | 2001:db8:0:0:ffff:ffff:ffff:fffe 2001:db8:0:1::",
        "'' | ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff | ::"
            + " ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"
            + " | ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "::/1 8000::/1 | '' | :: 7fff:: 8000:: ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff | 0.0.0.0",
        "'' | 0.0.0.0/0 ::/0 | '' | 0.0.0.0 10.0.0.1 255.255.255.255 :: ::1 ffff::",
        "::ffff:10.0.0.0/104 | '' | 10.0.0.1 | 11.0.0.1 ::a00:1"
      })
  void denyWinsOverAllowAndNoAllowIsEveryone(
      String allow, String deny, String admitted, String refused) {
    AccessList list = list(allow, deny);
    assertThat(admitted.split(" ")).allMatch(each -> each.isEmpty() || admits(list, each));
    assertThat(refused.split(" ")).noneMatch(each -> admits(list, each));
  }

  @Test
  void twoEmptyListsAreEveryone() {
    assertThat(AccessList.of(AccessConfig.EVERYONE)).isSameAs(AccessList.EVERYONE);
    assertThat(admits(AccessList.EVERYONE, "10.0.0.1")).isTrue();
    assertThat(admits(AccessList.EVERYONE, "::1")).isTrue();
  }

  /** The JDK makes an IPv4 address of such bytes unless it is told not to. */
  @Test
  void mappedAddressIsJudgedAsIpv4() throws UnknownHostException {
    byte[] bytes = new byte[16];
    bytes[10] = bytes[11] = (byte) 0xff;
    System.arraycopy(address("10.0.0.1").getAddress(), 0, bytes, 12, 4);
    InetAddress mapped = Inet6Address.getByAddress(null, bytes, -1);
    assertThat(mapped).isInstanceOf(Inet6Address.class);
    assertThat(list("10.0.0.0/8", "").admits(mapped)).isTrue();
    assertThat(list("", "10.0.0.1").admits(mapped)).isFalse();
    assertThat(list("::/0", "").admits(mapped)).isFalse();
    assertThat(list("", "::/0").admits(mapped)).isTrue();
  }

  @Test
  void zoneOfAnAddressDoesNotMatter() throws UnknownHostException {
    byte[] bytes = address("fe80::1").getAddress();
    assertThat(list("fe80::/10", "").admits(Inet6Address.getByAddress(null, bytes, 7))).isTrue();
  }

  /** What reading an IPv4 address without a copy relies on. */
  @Test
  void hashCodeOfAnIpv4AddressIsTheAddress() {
    for (String literal : List.of("0.0.0.0", "1.2.3.4", "127.0.0.1", "255.255.255.255")) {
      InetAddress address = address(literal);
      assertThat(address).isInstanceOf(Inet4Address.class);
      assertThat(address.hashCode()).isEqualTo(ByteBuffer.wrap(address.getAddress()).getInt());
    }
  }
}
