package dev.fairlead.pool.discovery;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.PoolFixture;
import dev.fairlead.pool.Pools;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.TestRun;
import io.netty.util.NetUtil;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A load goes on with the addresses there are, at the latest after two seconds, and a name server
 * that fails takes nothing away. Provoked by a lookup whose answers the test gives; a failure would
 * be a start that hangs, or a healthy backend without an address.
 */
@Logs({
  "not resolved, keeping the last answer: web.internal",
  "not resolved, so its backends cannot be reached: web.internal",
  "not resolved, so its backends cannot be reached: Failed to resolve"
})
class HostNamesTest {
  private final Vertx vertx = Vertx.vertx();
  private final FakeLookup lookup = new FakeLookup();
  private HostNames hostNames;

  @BeforeEach
  void start() {
    hostNames = new HostNames(vertx, lookup);
  }

  @AfterEach
  void stop() throws Exception {
    hostNames.stop();
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .get(TestRun.PATIENCE.toSeconds(), SECONDS);
  }

  @Test
  void loadWaitsForTheFirstAnswer() throws Exception {
    Promise<List<InetAddress>> answer = lookup.next();
    Pools pools = pools("web.internal");
    Future<Void> load = change(pools);
    assertThat(load.isComplete()).isFalse();
    answer.complete(List.of(ip(1), ip(2)));
    await(load);
    assertThat(backend(pools, 0).addresses()).containsExactly(at(1), at(2));
  }

  @Test
  void loadGoesOnWithoutAnAnswerThatDoesNotCome() throws Exception {
    lookup.next();
    Promise<List<InetAddress>> later = lookup.next();
    Pools pools = pools("web.internal");
    await(change(pools));
    assertThat(backend(pools, 0).addresses()).isEmpty();
    later.complete(List.of(ip(1)));
    assertThat(backend(pools, 0).addresses()).containsExactly(at(1));
  }

  @Test
  void loadGoesOnWhenTheNameIsUnknown() throws Exception {
    lookup.next().fail(new UnknownHostException("web.internal"));
    lookup.next().fail(new UnknownHostException("web.internal"));
    Pools pools = pools("web.internal");
    await(change(pools));
    assertThat(backend(pools, 0).addresses()).isEmpty();
  }

  @Test
  void nothingIsAskedAgainWhenAChangeComesInForce() throws Exception {
    lookup.next().complete(List.of(ip(1)));
    Pools pools = pools("web.internal");
    await(change(pools));
    assertThat(lookup.asked).containsExactly("web.internal");
  }

  @Test
  void answerThatCameAfterTheWaitCountsWhenTheChangeComesInForce() throws Exception {
    Promise<List<InetAddress>> answer = lookup.next();
    Pools pools = pools("web.internal");
    Map<String, List<InetAddress>> found =
        hostNames
            .lookUp(configs(pools))
            .toCompletionStage()
            .toCompletableFuture()
            .get(TestRun.PATIENCE.toSeconds(), SECONDS);
    answer.complete(List.of(ip(1)));
    hostNames.watch(pools, found);
    assertThat(backend(pools, 0).addresses()).containsExactly(at(1));
  }

  @Test
  void newBackendTakesTheAddressesOfAKnownName() throws Exception {
    lookup.next().complete(List.of(ip(1)));
    Pools first = pools("web.internal");
    await(change(first));
    Pools second =
        first.next(
            List.of(
                config("web.internal"),
                PoolFixture.config(
                    "api", Balance.DEFAULT, List.of(PoolFixture.backend("web.internal")))));
    await(change(second));
    assertThat(lookup.asked).containsExactly("web.internal");
    assertThat(second.pool("api").backends().get(0).addresses()).containsExactly(at(1));
  }

  @Test
  void ipAddressesAreNotAskedFor() throws Exception {
    await(change(pools("10.0.0.1", "::1")));
    assertThat(lookup.asked).isEmpty();
  }

  @Test
  void nameOfTwoBackendsIsAskedForOnce() throws Exception {
    lookup.next().complete(List.of(ip(1)));
    Pools pools =
        Pools.NONE.next(
            List.of(
                PoolFixture.config(
                    "web", Balance.DEFAULT, List.of(PoolFixture.backend("web.internal"))),
                PoolFixture.config(
                    "api", Balance.DEFAULT, List.of(PoolFixture.backend("web.internal")))));
    await(change(pools));
    assertThat(lookup.asked).containsExactly("web.internal");
    assertThat(pools.pool("web").backends().get(0).addresses()).containsExactly(at(1));
    assertThat(pools.pool("api").backends().get(0).addresses()).containsExactly(at(1));
  }

  @Test
  void reloadAsksOnlyForNamesWithoutAnAddress() throws Exception {
    lookup.next().complete(List.of(ip(1)));
    Pools first = pools("web.internal");
    await(change(first));
    lookup.next().complete(List.of(ip(2)));
    Pools second = first.next(List.of(config("web.internal", "new.internal")));
    await(change(second));
    assertThat(lookup.asked).containsExactly("web.internal", "new.internal");
    assertThat(backend(second, 0).addresses()).containsExactly(at(1));
    assertThat(backend(second, 1).addresses()).containsExactly(at(2));
  }

  @Test
  void refreshReplacesTheAnswerAndAFailureKeepsIt() throws Exception {
    lookup.next().complete(List.of(ip(1)));
    Pools pools = pools("web.internal");
    await(change(pools));
    lookup.next().complete(List.of(ip(2)));
    hostNames.refresh();
    assertThat(backend(pools, 0).addresses()).containsExactly(at(2));
    lookup.next().fail(new UnknownHostException("web.internal"));
    hostNames.refresh();
    assertThat(backend(pools, 0).addresses()).containsExactly(at(2));
    lookup.next().complete(List.of(ip(3)));
    hostNames.refresh();
    assertThat(backend(pools, 0).addresses()).containsExactly(at(3));
  }

  @Test
  void refreshForgetsNamesThatAreGone() throws Exception {
    lookup.next().complete(List.of(ip(1)));
    await(change(pools("web.internal")));
    await(change(Pools.NONE));
    hostNames.refresh();
    assertThat(lookup.asked).containsExactly("web.internal");
  }

  @Test
  void vertxResolvesLocalhost() throws Exception {
    HostNames real = new HostNames(vertx, HostNames.NameLookup.of(vertx));
    Pools pools = pools("localhost", "no-such-name.invalid");
    await(change(real, pools));
    assertThat(backend(pools, 0).addresses())
        .isNotEmpty()
        .allSatisfy(
            address -> {
              InetSocketAddress inet = (InetSocketAddress) address;
              assertThat(inet.getAddress().isLoopbackAddress()).isTrue();
              assertThat(inet.getPort()).isEqualTo(9001);
            });
    assertThat(backend(pools, 1).addresses()).isEmpty();
    real.stop();
  }

  @Test
  void nameHasTheAddressesOfAllItsLinesInTheHostsFile(@TempDir Path directory) throws Exception {
    Path hosts = directory.resolve("hosts");
    Files.writeString(
        hosts,
        """
        10.0.0.1 web.internal web
        10.0.0.2 web.internal
        2001:db8::1 WEB.internal # as well
        10.0.0.3 other.internal
        """);
    HostNames real =
        new HostNames(vertx, HostNames.NameLookup.of(vertx, new HostsFile(hosts)::read));
    Pools pools = pools("Web.Internal");
    await(change(real, pools));
    assertThat(backend(pools, 0).addresses())
        .extracting(address -> NetUtil.toAddressString(((InetSocketAddress) address).getAddress()))
        .containsExactly("10.0.0.1", "10.0.0.2", "2001:db8::1");
    real.stop();
  }

  @Test
  void hostsFileIsReadOnceForAllNames(@TempDir Path directory) throws Exception {
    Path hosts = directory.resolve("hosts");
    Files.writeString(hosts, "10.0.0.1 one.internal two.internal\n10.0.0.3 three.internal\n");
    AtomicInteger reads = new AtomicInteger();
    HostNames.NameLookup counting =
        HostNames.NameLookup.of(
            vertx,
            () -> {
              reads.incrementAndGet();
              return new HostsFile(hosts).read();
            });
    HostNames real = new HostNames(vertx, counting);
    Pools pools = pools("one.internal", "two.internal", "three.internal");
    await(change(real, pools));
    assertThat(reads).hasValue(1);
    Files.writeString(hosts, "10.0.0.2 one.internal two.internal three.internal\n");
    real.refresh();
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(pools.pool("web").backends())
                    .allSatisfy(each -> assertThat(each.addresses()).containsExactly(at(2))));
    assertThat(reads).hasValue(2);
    real.stop();
  }

  private Future<Void> change(Pools next) {
    return change(hostNames, next);
  }

  /** Looks up as a change does that is held, and watches as it does when it comes in force. */
  private static Future<Void> change(HostNames names, Pools next) {
    return names.lookUp(configs(next)).onSuccess(found -> names.watch(next, found)).mapEmpty();
  }

  private static List<PoolConfig> configs(Pools pools) {
    return pools.all().stream().map(Pool::config).toList();
  }

  private static void await(Future<Void> load) throws Exception {
    load.toCompletionStage().toCompletableFuture().get(TestRun.PATIENCE.toSeconds(), SECONDS);
  }

  private static Pools pools(String... hosts) {
    return Pools.NONE.next(List.of(config(hosts)));
  }

  private static PoolConfig config(String... hosts) {
    return PoolFixture.config(
        "web", Balance.DEFAULT, Arrays.stream(hosts).map(PoolFixture::backend).toList());
  }

  private static Backend backend(Pools pools, int index) {
    return pools.pool("web").backends().get(index);
  }

  private static InetAddress ip(int last) throws UnknownHostException {
    return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
  }

  private static InetSocketAddress at(int last) throws UnknownHostException {
    return new InetSocketAddress(ip(last), 9001);
  }

  /** Answers in the order in which the test gives its answers. */
  private static final class FakeLookup implements HostNames.NameLookup {
    private final List<String> asked = new ArrayList<>();
    private final Queue<Promise<List<InetAddress>>> answers = new ArrayDeque<>();

    Promise<List<InetAddress>> next() {
      Promise<List<InetAddress>> answer = Promise.promise();
      answers.add(answer);
      return answer;
    }

    @Override
    public Map<String, Future<List<InetAddress>>> addressesOf(Set<String> hostNames) {
      asked.addAll(hostNames);
      return hostNames.stream()
          .collect(Collectors.toMap(name -> name, name -> answers.remove().future()));
    }
  }
}
