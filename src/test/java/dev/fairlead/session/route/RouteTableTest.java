package dev.fairlead.session.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.config.Cidr;
import dev.fairlead.session.route.RouteTable.RoutePattern;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Ensures the order in which routes match. Provoked by tables in which several routes match one
 * client. A failure would look like a client at the pool of another name.
 */
class RouteTableTest {
  private static final List<String> NO_ALPN = List.of();

  @Test
  void theExactNameComesBeforeWildcardsAndTheLongerOfThoseFirst() {
    RouteTable<String> table =
        new RouteTable<>(
            List.of(
                named("none"),
                named("short", "*.com"),
                named("long", "*.example.com"),
                named("longest", "*.a.example.com"),
                named("exact", "www.example.com")));
    assertThat(find(table, "www.example.com")).isEqualTo("exact");
    assertThat(find(table, "x.example.com")).isEqualTo("long");
    assertThat(find(table, "x.a.example.com")).isEqualTo("longest");
    assertThat(find(table, "x.y.a.example.com")).isEqualTo("longest");
    assertThat(find(table, "example.com")).isEqualTo("short");
    assertThat(find(table, "com")).isEqualTo("none");
    assertThat(find(table, null)).isEqualTo("none");
  }

  @Test
  void aWildcardIsForOneOrMoreWholeLabels() {
    RouteTable<String> table = new RouteTable<>(List.of(named("below", "*.example.com")));
    assertThat(find(table, "a.example.com")).isEqualTo("below");
    assertThat(find(table, "a.b.c.example.com")).isEqualTo("below");
    assertThat(Stream.of("example.com", "aexample.com", "a.example.com.net", "com"))
        .allSatisfy(name -> assertThat(find(table, name)).isNull());
  }

  @Test
  void ofEqualNamesTheEarlierRouteComesFirst() {
    RouteTable<String> table =
        new RouteTable<>(
            List.of(
                named("first", "*.b.com", "a.com"),
                named("second", "A.com.", "a.com", "*.B.com"),
                named("any 1"),
                named("any 2")));
    assertThat(find(table, "a.com")).isEqualTo("first");
    assertThat(find(table, "a.b.com")).isEqualTo("first");
    assertThat(find(table, "c.com")).isEqualTo("any 1");
  }

  @Test
  void aNamedRouteIsNotForClientsWithoutAName() {
    assertThat(find(new RouteTable<>(List.of(named("a", "a.com", "*.com"))), null)).isNull();
  }

  @Test
  void aRouteOfAnotherProtocolOrSourceLeavesTheClientToTheOthers() {
    RouteTable<String> table =
        new RouteTable<>(
            List.of(
                new RoutePattern<>(List.of("a.com"), List.of("h2"), List.of(), "h2"),
                new RoutePattern<>(List.of("a.com"), List.of(), networks("10.0.0.0/8"), "inside"),
                new RoutePattern<>(List.of("*.com"), List.of("h3", "acme"), List.of(), "acme"),
                new RoutePattern<>(
                    List.of(), List.of(), networks("2001:db8::/32", "192.0.2.1"), "v6")));
    assertThat(table.find("a.com", List.of("http/1.1", "h2"), ip("10.0.0.1"))).isEqualTo("h2");
    assertThat(table.find("a.com", List.of("http/1.1"), ip("10.0.0.1"))).isEqualTo("inside");
    assertThat(table.find("a.com", List.of("acme"), ip("192.0.2.1"))).isEqualTo("acme");
    assertThat(table.find("a.com", List.of("H2"), ip("192.0.2.1"))).isEqualTo("v6");
    assertThat(table.find("a.com", NO_ALPN, ip("2001:db8::1"))).isEqualTo("v6");
    assertThat(table.find("a.com", NO_ALPN, ip("192.0.2.2"))).isNull();
  }

  @Test
  void aClientWithoutAnAddressIsInNoNetwork() {
    RouteTable<String> table =
        new RouteTable<>(
            List.of(
                new RoutePattern<>(List.of(), List.of(), networks("0.0.0.0/0", "::/0"), "ip"),
                named("unix")));
    assertThat(table.find(null, NO_ALPN, ip("10.0.0.1"))).isEqualTo("ip");
    assertThat(table.find(null, NO_ALPN, null)).isEqualTo("unix");
  }

  @Test
  void namesInUnicodeMeetTheirAsciiForm() {
    RouteTable<String> table = new RouteTable<>(List.of(named("books", "*.B\u00fccher.example")));
    assertThat(find(table, "shop.xn--bcher-kva.example")).isEqualTo("books");
  }

  @Test
  void anEmptyTableMatchesNobody() {
    RouteTable<String> none = new RouteTable<>(List.of());
    assertThat(find(none, "a.com")).isNull();
    assertThat(find(none, null)).isNull();
  }

  @Test
  void theLongestNameIsLookedUp() {
    String deep = "a.".repeat(126) + "com";
    assertThat(find(new RouteTable<>(List.of(named("deep", "*." + deep.substring(2)))), deep))
        .isEqualTo("deep");
    assertThat(find(new RouteTable<>(List.of(named("com", "*.com"))), deep)).isEqualTo("com");
  }

  @Test
  void anImpossibleNameMakesNoTable() {
    assertThatThrownBy(() -> new RouteTable<>(List.of(named("ip", "10.0.0.1"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("10.0.0.1");
  }

  private static RoutePattern<String> named(String target, String... sni) {
    return new RoutePattern<>(List.of(sni), List.of(), List.of(), target);
  }

  private static @Nullable String find(RouteTable<String> table, @Nullable String name) {
    return table.find(name, NO_ALPN, ip("192.0.2.1"));
  }

  private static List<Cidr> networks(String... texts) {
    return Stream.of(texts).map(Cidr::of).toList();
  }

  private static InetAddress ip(String literal) {
    return Cidr.of(literal).network();
  }
}
