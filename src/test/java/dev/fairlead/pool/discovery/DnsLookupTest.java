package dev.fairlead.pool.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.net.Transport;
import dev.fairlead.pool.discovery.ServiceLookup.Addresses;
import dev.fairlead.pool.discovery.ServiceLookup.Service;
import dev.fairlead.testkit.DnsServer;
import dev.fairlead.testkit.EveryTransport;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import io.netty.util.NetUtil;
import io.vertx.core.Vertx;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DnsLookupTest {
  private final DnsServer server = DnsServer.start();
  private Vertx vertx;
  private DnsLookup lookup;

  @BeforeEach
  void open() {
    openWith(TransportKind.NIO, SearchList.NONE);
  }

  private void openWith(TransportKind kind, SearchList searchList) {
    try {
      vertx = Vertx.builder().withTransport(Transport.of(kind)).build();
    } catch (Transport.UnavailableException e) {
      Assumptions.abort("skipped: " + e.getMessage());
    }
    lookup = new DnsLookup(vertx, provider(server.address()), searchList);
  }

  static SingletonDnsServerAddressStreamProvider provider(InetSocketAddress server) {
    return new SingletonDnsServerAddressStreamProvider(server);
  }

  @AfterEach
  void close() {
    closeLookup();
    server.close();
  }

  private void closeLookup() {
    lookup.close();
    vertx.close().await();
  }

  private void reopen(TransportKind kind, SearchList searchList) {
    closeLookup();
    openWith(kind, searchList);
  }

  private List<String> addressesOf(String name) {
    return lookup.addressesOf(name).await().all().stream().map(NetUtil::toAddressString).toList();
  }

  @Test
  void findsTheAddressesOfBothFamilies() {
    server.addresses("web.test", "10.0.0.2", "10.0.0.1", "2001:db8::1");
    assertThat(addressesOf("web.test"))
        .containsExactlyInAnyOrder("10.0.0.1", "10.0.0.2", "2001:db8::1");
    server.addresses("six.test", "2001:db8::2");
    assertThat(lookup.addressesOf("six.test").await().v4()).isEmpty();
    assertThat(addressesOf("six.test")).containsExactly("2001:db8::2");
  }

  @EveryTransport
  void takesLargeAnswersOverTcp(TransportKind kind) {
    reopen(kind, SearchList.NONE);
    String[] many =
        IntStream.rangeClosed(1, 200).mapToObj(n -> "10.0.1." + n).toArray(String[]::new);
    server.addresses("many.test", many);
    assertThat(addressesOf("many.test")).containsExactlyInAnyOrder(many);
    assertThat(server.overTcp()).isEqualTo(1);
    server.services(
        "_web._tcp.test",
        IntStream.rangeClosed(1, 200)
            .mapToObj(n -> "0 1 9001 pod-" + n + ".test.")
            .toArray(String[]::new));
    assertThat(lookup.servicesOf("_web._tcp.test").await()).hasSize(200).doesNotHaveDuplicates();
    assertThat(server.overTcp()).isEqualTo(2);
  }

  @Test
  void readsServices() {
    server.services("_web._tcp.test", "10 5 9001 POD-1.Test.", "20 0 9002 pod-2.test.");
    assertThat(lookup.servicesOf("_web._tcp.test").await())
        .containsExactlyInAnyOrder(
            new Service(10, 5, 9001, "pod-1.test"), new Service(20, 0, 9002, "pod-2.test"));
  }

  @Test
  void serviceThatIsDecidedlyNotThereIsNone() {
    server.services("_web._tcp.test", "0 0 0 .");
    assertThatThrownBy(() -> lookup.servicesOf("_web._tcp.test").await()).isNotNull();
  }

  @Test
  void fallsBackToNoLastAnswer() {
    assertThatThrownBy(() -> lookup.addressesOf("nobody.test").await()).isNotNull();
    server.addresses("empty.test");
    assertThatThrownBy(() -> lookup.addressesOf("empty.test").await()).isNotNull();
    assertThatThrownBy(() -> lookup.servicesOf("nobody.test").await()).isNotNull();
  }

  @Test
  void tellsFamilyThatFailedFromOneThatHasNoAddresses() {
    server.addresses("web.test", "10.0.0.1");
    server.answer(DnsRecordType.AAAA, "web.test", DnsResponseCode.SERVFAIL);
    Addresses half = lookup.addressesOf("web.test").await();
    assertThat(half.isWhole()).isFalse();
    assertThat(half.v4()).hasSize(1);
    server.answerWell();
    assertThat(lookup.addressesOf("web.test").await().isWhole()).isTrue();
    server.answer(DnsRecordType.AAAA, "web.test", DnsResponseCode.NXDOMAIN);
    assertThat(lookup.addressesOf("web.test").await().isWhole()).isTrue();
  }

  @Test
  void searchesAsResolvConfSays() {
    reopen(
        TransportKind.NIO,
        SearchList.of(
            List.of("# search no.test", "search one.test two.test", "options edns0 ndots:5")));
    server.addresses("api.two.test", "10.0.0.1");
    server.services("_web._tcp.api.two.test", "0 1 9001 pod.test.");
    assertThat(addressesOf("api")).containsExactly("10.0.0.1");
    assertThat(lookup.servicesOf("_web._tcp.api").await()).hasSize(1);
    assertThatThrownBy(() -> lookup.addressesOf("api.").await()).isNotNull();
  }

  @Test
  void rootIsNoDomainToSearchIn() {
    assertThat(SearchList.of(List.of("search .")).names("api")).containsExactly("api");
    assertThat(SearchList.of(List.of("search one.test. ", "options ndots:5")).names("api"))
        .containsExactly("api.one.test", "api");
  }

  @Test
  void failureEndsTheSearch() {
    reopen(TransportKind.NIO, new SearchList(List.of("one.test", "two.test"), 5));
    server.answer(DnsRecordType.SRV, "api.one.test", DnsResponseCode.SERVFAIL);
    server.services("api.two.test", "0 1 9001 pod.test.");
    assertThatThrownBy(() -> lookup.servicesOf("api").await()).isNotNull();
  }

  @Test
  void hostsFileGoesBeforeTheDns() {
    server.addresses("localhost", "10.0.0.1");
    assertThat(addressesOf("localhost")).contains("127.0.0.1").doesNotContain("10.0.0.1");
  }
}
