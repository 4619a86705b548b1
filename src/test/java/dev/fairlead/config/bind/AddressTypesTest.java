package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.BindAddress;
import dev.fairlead.config.BindAddress.UnixSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTypesTest {
  private static final ValueType<BindAddress> BIND = AddressTypes.bind(Path.of("/etc/fairlead"));

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0:8080, 0.0.0.0:8080",
    "127.0.0.1:0, 127.0.0.1:0",
    "'[::]:8080', '[::]:8080'",
    "'[2001:db8::1]:65535', '[2001:db8::1]:65535'",
    "0.0.0.0:30000-30009, 0.0.0.0:30000-30009",
    "'[::]:1-1024', '[::]:1-1024'",
    "127.0.0.1:65535-65535, 127.0.0.1:65535",
    "unix:/run/web.sock, unix:/run/web.sock",
    "unix:web.sock, unix:/etc/fairlead/web.sock"
  })
  void bindAddressesAreReadAndWrittenAlike(String written, String shown) {
    BindAddress bind = BIND.read(ValueTypeTest.text(written)).value().orElseThrow();
    assertThat(bind).hasToString(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":8080",
        "8080",
        "0.0.0.0",
        "0.0.0.0:",
        "0.0.0.0:65536",
        "0.0.0.0:-1",
        "::1:80",
        "localhost:80",
        "example.com:80",
        "[::1]",
        "[127.0.0.1]:80",
        "[]:80",
        "1.2.3:80",
        "*:80",
        "01.2.3.4:80",
        "256.0.0.1:80",
        "[::g]:80",
        "[fe80::1%lo]:80",
        "0.0.0.0:30000-",
        "0.0.0.0:-30009",
        "localhost:30000-30009",
        "unix:",
        "unix: ",
        " 1.2.3.4:80"
      })
  void otherTextsAreNoBindAddresses(String written) {
    assertThat(BIND.read(ValueTypeTest.text(written)).value()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0.0.0.0:30009-30000 | a range of ports from the lower to the higher one, 1 to 65535",
        "0.0.0.0:0-9         | a range of ports from the lower to the higher one, 1 to 65535",
        "[::]:65530-65536    | a range of ports from the lower to the higher one, 1 to 65535",
        "0.0.0.0:1-1025      | a range of at most 1024 ports, this one has 1025"
      })
  void rangesThatCantBeBoundSayWhy(String written, String expected) {
    assertThat(BIND.read(ValueTypeTest.text(written)).expected()).contains(expected);
  }

  @Test
  void aRangeStandsForItsAddresses() {
    assertThat(BindAddress.range("::", 30_000, 30_002).each())
        .hasToString("[[::]:30000, [::]:30001, [::]:30002]");
    assertThat(BindAddress.ip("::", 0).each()).hasToString("[[::]:0]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1", "2001:db8::1", "::ffff:10.0.0.1", "255.255.255.255"})
  void literalsAreAddresses(String written) {
    assertThat(AddressTypes.ip().read(ValueTypeTest.text(written)).value()).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "localhost", "1", "127.1", "0x7f.0.0.1", ":", ":::", "1::2::3", "[::1]"})
  void nothingElseIsAnAddress(String written) {
    assertThat(AddressTypes.ip().read(ValueTypeTest.text(written)).value()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, true",
    "api.internal, true",
    "api.internal., true",
    "my_db-1, true",
    "10.0.0.1, true",
    "::1, true",
    "10.0.0.256, false",
    "1.2.3, false",
    "123, false",
    "-a, false",
    "a-, false",
    "a..b, false",
    ".a, false",
    "a b, false",
    "a:80, false",
    "[::1], false",
    "http://a, false"
  })
  void hostsAreNamesOrAddresses(String written, boolean valid) {
    assertThat(AddressTypes.host().read(ValueTypeTest.text(written)).value().isPresent())
        .isEqualTo(valid);
  }

  @Test
  void hostNamesKeepToTheLimitsOfDns() {
    String label = "a".repeat(63);
    String longest = String.join(".", label, label, label, "a".repeat(61));
    assertThat(AddressTypes.host().read(ValueTypeTest.text(longest)).value()).isPresent();
    assertThat(AddressTypes.host().read(ValueTypeTest.text(longest + "a")).value()).isEmpty();
    assertThat(AddressTypes.host().read(ValueTypeTest.text(label + "a")).value()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.0/8",
        "0.0.0.0/0",
        "10.1.2.3/32",
        "10.1.2.3",
        "2001:db8::/32",
        "::/0",
        "::1",
        "::ffff:10.0.0.0/104",
        "::ffff:10.1.2.3"
      })
  void networksHaveNoBitsAfterTheirPrefix(String written) {
    assertThat(AddressTypes.cidr().read(ValueTypeTest.text(written)).value()).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "10.1.2.3/8, '10.0.0.0/8, without bits after the prefix'",
    "10.0.0.129/25, '10.0.0.128/25, without bits after the prefix'",
    "2001:db8::1/32, '2001:db8::/32, without bits after the prefix'",
    "10.0.0.0/33, a prefix of 0 to 32",
    "::/129, a prefix of 0 to 128",
    "::ffff:10.0.0.0/129, a prefix of 0 to 128",
    "::ffff:0.0.0.0/95, a prefix of 96 to 128 for an IPv4 address in IPv6",
    "::ffff:10.0.0.1/104, '10.0.0.0/8, without bits after the prefix'",
    "10.0.0/8, 'a network such as 10.0.0.0/8 or 2001:db8::/32, or an IP address'",
    "10.0.0.0/, 'a network such as 10.0.0.0/8 or 2001:db8::/32, or an IP address'",
    "all, 'a network such as 10.0.0.0/8 or 2001:db8::/32, or an IP address'"
  })
  void otherNetworksAreRefusedWithAHint(String written, String expected) {
    assertThat(AddressTypes.cidr().read(ValueTypeTest.text(written)).expected()).hasValue(expected);
  }

  private static BindAddress bind(String text) {
    return Loading.plain()
        .config(
            "listeners: [{ name: web, pool: web, bind: "
                + text
                + " }]\n"
                + "pools: [{ name: web, backends: [] }]\n")
        .listeners()
        .get(0)
        .bind();
  }

  private static String problems(String text) {
    return String.join(
        "\n",
        Loading.plain()
            .problems(
                "listeners: [{ name: web, pool: web, bind: "
                    + text
                    + " }]\n"
                    + "pools: [{ name: web, backends: [] }]\n"));
  }

  @Test
  void aUnixSocketMayHaveModeOwnerAndGroup() {
    assertThat(bind("unix:/run/a")).isEqualTo(bind("{ unix: /run/a }"));
    assertThat(bind("unix:/run/a").unix()).isEqualTo(new UnixSocket("/run/a", 0660, null, null));
    assertThat(bind("{ unix: a, mode: \"0606\", owner: www, group: 33 }").unix())
        .isEqualTo(new UnixSocket("/etc/fairlead/a", 0606, "www", "33"));
    assertThat(bind("{ unix: /run/a, mode: \"600\", owner: null, group: null }").unix())
        .isEqualTo(new UnixSocket("/run/a", 0600, null, null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ unix: /a, mode: 0660 }|1: listeners[0].bind.mode: 0660 (expected: octal digits in quotes"
            + " such as \"0660\")",
        "{ unix: /a, mode: \"0888\" }|listeners[0].bind.mode: ",
        "{ unix: /a, mode: \"4660\" }|listeners[0].bind.mode: ",
        "{ unix: /a, owner: \"\" }|listeners[0].bind.owner: ",
        "{ unix: /a, owner: -1 }|listeners[0].bind.owner: ",
        "{ unix: /a, group: [a] }|listeners[0].bind.group: ",
        "{ unix: /a, user: a }|listeners[0].bind.user: unknown key",
        "{ mode: \"0660\" }|listeners[0].bind.unix: missing (expected: the path of a Unix socket)",
        "{ unix: 5 }|listeners[0].bind.unix: 5 (expected: the path of a Unix socket)",
        "[a]|listeners[0].bind: ",
      })
  void otherAccessIsRefusedWithItsPlace(String written, String problem) {
    assertThat(problems(written)).contains(problem).doesNotContain("\n");
  }

  @Test
  void aPathLeavesRoomForTheNameItHasWhileItIsMade() {
    String longest = "/" + "d".repeat(97);
    assertThat(bind("unix:" + longest + "/web.sock").isUnix()).isTrue();
    assertThat(problems("unix:" + longest + "d/a"))
        .contains("a path in a directory of at most 98 bytes");
    assertThat(problems("unix:" + longest + "/" + "f".repeat(10))).contains("at most 107 bytes");
  }
}
