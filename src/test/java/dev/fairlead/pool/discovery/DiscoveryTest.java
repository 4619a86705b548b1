package dev.fairlead.pool.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.config.PoolConfig.DiscoveryConfig;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.PoolFixture;
import dev.fairlead.pool.Pools;
import dev.fairlead.testkit.DnsServer;
import dev.fairlead.testkit.Logs;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@Logs({
  "keeping the last answer: Failed to resolve",
  "keeping the last answer: no such record",
  "no backends yet: Failed to resolve",
  "no backends yet: no such record"
})
class DiscoveryTest {
  private static final Duration REFRESH = Duration.ofMillis(50);
  private static final DiscoveryConfig DNS = new DiscoveryConfig("web.test", 9001, null, REFRESH);
  private static final DiscoveryConfig SRV =
      new DiscoveryConfig(null, 0, "_web._tcp.test", REFRESH);

  private final DnsServer server = DnsServer.start();
  private final AtomicInteger changes = new AtomicInteger();
  private Vertx vertx;
  private Discovery discovery;

  @BeforeEach
  void open() {
    vertx = Vertx.vertx();
    DnsLookup lookup =
        new DnsLookup(vertx, DnsLookupTest.provider(server.address()), SearchList.NONE);
    discovery = new Discovery(vertx, lookup, changes::incrementAndGet);
  }

  @AfterEach
  void close() {
    discovery.stop();
    vertx.close().await();
    server.close();
  }

  private static PoolConfig pool(DiscoveryConfig config) {
    PoolConfig plain = PoolFixture.config("web", Balance.ROUND_ROBIN, List.of());
    return new PoolConfig(
        plain.name(),
        plain.balance(),
        plain.backends(),
        config,
        plain.health(),
        plain.outlier(),
        plain.slowStart(),
        plain.connect(),
        plain.timeouts(),
        plain.limits(),
        null,
        null,
        plain.whenDown(),
        plain.onBackendDown(),
        plain.closing(),
        plain.rebalance(),
        plain.stickiness(),
        plain.agent(),
        plain.replies());
  }

  /** What the member does with a configuration. */
  private Pools inForce(Pools before, DiscoveryConfig config) {
    List<PoolConfig> configs = List.of(pool(config));
    Discovery.NewWatches answers = discovery.lookUp(configs).await();
    Pools pools = before.next(configs, discovery.backends(configs, answers));
    discovery.watch(configs, answers, pools);
    return pools;
  }

  private List<String> found() {
    return discovery.backends().getOrDefault("web", List.of()).stream()
        .map(BackendConfig::id)
        .toList();
  }

  private static List<String> ids(Pools pools) {
    return pools.pool("web").backends().stream().map(Backend::id).toList();
  }

  @Test
  void addressesAreBackendsFromTheFirstAnswerOn() {
    server.addresses("web.test", "10.0.0.2", "10.0.0.1", "2001:db8::1");
    Pools pools = inForce(Pools.NONE, DNS);
    assertThat(ids(pools)).containsExactly("10.0.0.1:9001", "10.0.0.2:9001", "[2001:db8::1]:9001");
    assertThat(pools.pool("web").backends()).allMatch(Backend::eligible);
    assertThat(pools.pool("web").discovered()).hasSize(3);
    assertThat(changes).hasValue(0);
  }

  @Test
  void servicesAreBackendsWithWeightTierAndAddresses() {
    server.services(
        "_web._tcp.test",
        "20 0 9001 b.test.",
        "10 7 9001 A.test.",
        "20 9 9001 a.test.",
        "70 3 9002 a.test.");
    server.addresses("a.test", "10.0.0.1");
    Pools pools = inForce(Pools.NONE, SRV);
    assertThat(pools.pool("web").backends())
        .extracting(Backend::id, each -> each.config().weight(), each -> each.config().tier())
        .containsExactly(
            tuple("a.test:9001", 7, 0), tuple("a.test:9002", 3, 2), tuple("b.test:9001", 1, 1));
    assertThat(pools.pool("web").backends().get(0).addresses()).hasSize(1);
    assertThat(pools.pool("web").backends().get(2).addresses()).isEmpty();
  }

  @Test
  void weightsAboveTheMostAreScaled() {
    server.services("_web._tcp.test", "0 20000 1 a.test.", "0 10000 2 a.test.", "0 1 3 a.test.");
    assertThat(inForce(Pools.NONE, SRV).pool("web").backends())
        .extracting(each -> each.config().weight())
        .containsExactly(1000, 500, 1);
  }

  @Test
  void changesAreToldAndOtherOrdersAreNot() {
    server.addresses("web.test", "10.0.0.1", "10.0.0.2");
    inForce(Pools.NONE, DNS);
    server.addresses("web.test", "10.0.0.2", "10.0.0.1");
    awaitAnotherAnswer();
    assertThat(changes).hasValue(0);
    server.addresses("web.test", "10.0.0.3", "10.0.0.1");
    await().untilAsserted(() -> assertThat(changes).hasValue(1));
    assertThat(found()).containsExactly("10.0.0.1:9001", "10.0.0.3:9001");
  }

  /** Two refreshes, the second of which began after this was called. */
  private void awaitAnotherAnswer() {
    int before = server.questions();
    await().until(() -> server.questions() >= before + 6);
  }

  @Test
  void failuresAndEmptyAnswersKeepTheLastOne() {
    server.addresses("web.test", "10.0.0.1", "2001:db8::1");
    inForce(Pools.NONE, DNS);
    for (DnsResponseCode code :
        List.of(DnsResponseCode.SERVFAIL, DnsResponseCode.NXDOMAIN, DnsResponseCode.NOERROR)) {
      server.answer(DnsRecordType.A, "web.test", code);
      server.answer(DnsRecordType.AAAA, "web.test", code);
      awaitAnotherAnswer();
      assertThat(found()).as(code.toString()).hasSize(2);
    }
    server.answerWell();
    server.answer(DnsRecordType.AAAA, "web.test", DnsResponseCode.SERVFAIL);
    server.addresses("web.test", "10.0.0.2");
    await().untilAsserted(() -> assertThat(changes).hasValue(1));
    assertThat(found()).containsExactly("10.0.0.2:9001", "[2001:db8::1]:9001");
  }

  @Test
  void backendsComeLaterWhereTheFirstAnswerIsFailure() {
    assertThat(ids(inForce(Pools.NONE, DNS))).isEmpty();
    server.addresses("web.test", "10.0.0.1");
    await().untilAsserted(() -> assertThat(changes).hasValue(1));
    assertThat(found()).containsExactly("10.0.0.1:9001");
  }

  @Test
  void movedTargetIsReachedAtTheNextRefresh() {
    server.services("_web._tcp.test", "0 1 9001 a.test.");
    server.addresses("a.test", "10.0.0.1");
    Backend backend = inForce(Pools.NONE, SRV).pool("web").backends().get(0);
    server.addresses("a.test", "10.0.0.2");
    await().until(() -> backend.addresses().toString().contains("10.0.0.2"));
    assertThat(changes).hasValue(0);
    server.answer(DnsRecordType.A, "a.test", DnsResponseCode.SERVFAIL);
    server.services("_web._tcp.test", "0 1 9001 a.test.", "0 1 9001 b.test.");
    await().untilAsserted(() -> assertThat(changes).hasValue(1));
    assertThat(backend.addresses().toString()).contains("10.0.0.2");
  }

  @Test
  void otherRefreshKeepsTheLastAnswer() {
    server.addresses("web.test", "10.0.0.1");
    Pools pools = inForce(Pools.NONE, DNS);
    server.answer(DnsRecordType.A, "web.test", DnsResponseCode.SERVFAIL);
    Pools next = inForce(pools, new DiscoveryConfig("web.test", 9001, null, Duration.ofSeconds(1)));
    assertThat(ids(next)).containsExactly("10.0.0.1:9001");
    DiscoveryConfig other = new DiscoveryConfig("other.test", 9001, null, REFRESH);
    assertThat(ids(inForce(next, other))).isEmpty();
  }

  @Test
  void asksNoMoreForPoolsThatAreGone() {
    server.addresses("web.test", "10.0.0.1");
    Pools pools = inForce(Pools.NONE, DNS);
    assertThat(ids(inForce(pools, null))).isEmpty();
    assertThat(discovery.backends()).isEqualTo(Map.of());
  }
}
