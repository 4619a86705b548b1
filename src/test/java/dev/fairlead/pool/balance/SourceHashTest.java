package dev.fairlead.pool.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.PoolFixture;
import dev.fairlead.pool.Pools;
import io.netty.channel.unix.DomainSocketAddress;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceHashTest {

  @Test
  void hashesAreTheSameEverywhereAndForEver() throws UnknownHostException {
    assertThat(StableHash.of("10.0.0.1:9001")).isEqualTo(0x10d5fe8f3fc31356L);
    assertThat(StableHash.of(client("192.0.2.7", 1))).isEqualTo(0x22ebcd15a5d37b69L);
    assertThat(StableHash.of(client("2001:db8::7", 1))).isEqualTo(0x2b87f99e908ac653L);
  }

  @Test
  void tableSizesArePrime() {
    assertThat(BigInteger.valueOf(MaglevTable.SLOTS).isProbablePrime(50)).isTrue();
    assertThat(BigInteger.valueOf(MaglevTable.MANY_SLOTS).isProbablePrime(50)).isTrue();
  }

  @Test
  void onlyTheAddressOfAClientCounts() throws UnknownHostException {
    Pool pool = PoolFixture.pool(Balance.SOURCE_HASH, PoolFixture.equalWeights(50));
    Backend first = pool.pick(client("192.0.2.7", 1), List.of());
    for (int port = 2; port < 100; port++) {
      assertThat(pool.pick(client("192.0.2.7", port), List.of())).isSameAs(first);
    }
  }

  @Test
  void clientsWithoutAnIpAddressAreOne() {
    Pool pool = PoolFixture.pool(Balance.SOURCE_HASH, PoolFixture.equalWeights(50));
    Backend backend = pool.pick(null, List.of());
    assertThat(pool.pick(new DomainSocketAddress("/a"), List.of())).isSameAs(backend);
    assertThat(pool.pick(new DomainSocketAddress("/b"), List.of())).isSameAs(backend);
    assertThat(pool.pick(InetSocketAddress.createUnresolved("c", 1), List.of())).isSameAs(backend);
  }

  @Test
  void slotsFollowTheWeights() {
    int[] weights = {1, 2, 3, 10, 1000};
    int[] table = MaglevTable.of(candidates(PoolFixture.pool(Balance.SOURCE_HASH, weights)));
    long[] slots = slots(table, weights.length);
    for (int i = 0; i < weights.length; i++) {
      // Everybody's first turn comes before any second one, at the cost of the heaviest.
      double exact = (double) MaglevTable.SLOTS * weights[i] / Arrays.stream(weights).sum();
      assertThat((double) slots[i]).isCloseTo(exact, within((double) weights.length));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 10_000})
  void everyOneOfManyHasASlot(int backends) {
    int[] weights = PoolFixture.equalWeights(backends);
    weights[0] = 1000;
    int[] table = MaglevTable.of(candidates(PoolFixture.pool(Balance.SOURCE_HASH, weights)));
    assertThat(Arrays.stream(slots(table, backends)).min().orElseThrow()).isPositive();
  }

  @Test
  void clientsFollowTheWeights() {
    int[] weights = {1, 2, 3, 4};
    Pool pool = PoolFixture.pool(Balance.SOURCE_HASH, weights);
    long[] picked = new long[weights.length];
    for (SocketAddress client : clients(20_000)) {
      picked[pool.backends().indexOf(pool.pick(client, List.of()))]++;
    }
    Shares.assertFollow(picked, new double[] {1, 2, 3, 4});
  }

  @Test
  void orderOfTheConfigurationDoesNotMatter() {
    List<BackendConfig> backends = new ArrayList<>(tenBackends());
    Pool pool = pool(backends);
    Collections.reverse(backends);
    Pool reversed = pool(backends);
    for (SocketAddress client : clients(1000)) {
      assertThat(reversed.pick(client, List.of()).id())
          .isEqualTo(pool.pick(client, List.of()).id());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 9})
  void fewMoveWhenOneLeaves(int leaver) {
    List<BackendConfig> backends = new ArrayList<>(tenBackends());
    Pool before = pool(backends);
    String gone = backends.remove(leaver).id();
    Pool after = pool(backends);
    int moved = 0;
    int stayed = 0;
    for (SocketAddress client : clients(20_000)) {
      String was = before.pick(client, List.of()).id();
      String is = after.pick(client, List.of()).id();
      assertThat(is).isNotEqualTo(gone);
      moved += !was.equals(gone) && !was.equals(is) ? 1 : 0;
      stayed += was.equals(is) ? 1 : 0;
    }
    assertThat(moved / 20_000.0).isLessThan(0.05);
    assertThat(stayed).isPositive();
  }

  @Test
  void poolsOfTheSameHostsAgreeOnTheHostWhateverThePorts() {
    Pool control = pool(hosts(10, 21));
    Pool data = pool(hosts(10, 30_000, 30_001, 30_002));
    long[] ports = new long[3];
    for (SocketAddress client : clients(20_000)) {
      Backend found = data.pick(client, List.of());
      assertThat(found.config().host()).isEqualTo(control.pick(client, List.of()).config().host());
      ports[found.config().port() - 30_000]++;
    }
    Shares.assertFollow(ports, new double[] {1, 1, 1});
  }

  @Test
  void fewMoveWhenAPortOfOneHostLeaves() {
    List<BackendConfig> backends = new ArrayList<>(hosts(5, 1, 2, 3, 4));
    Pool before = pool(backends);
    String gone = backends.remove(7).id();
    Pool after = pool(backends);
    int moved = 0;
    for (SocketAddress client : clients(20_000)) {
      String was = before.pick(client, List.of()).id();
      moved += was.equals(gone) || was.equals(after.pick(client, List.of()).id()) ? 0 : 1;
    }
    // Its host has less weight, so a part of its clients goes to other hosts.
    assertThat(moved / 20_000.0).isLessThan(0.12);
  }

  private static List<BackendConfig> hosts(int count, int... ports) {
    return IntStream.range(0, count)
        .boxed()
        .flatMap(
            i ->
                Arrays.stream(ports)
                    .mapToObj(
                        port ->
                            new BackendConfig(
                                "10.0.0." + i, port, null, 1, BackendConfig.State.ENABLED)))
        .toList();
  }

  @Test
  void sameFailuresLeadToTheSameBackend() {
    Pool pool = pool(tenBackends());
    Pool onAnotherMember = pool(tenBackends());
    for (SocketAddress client : clients(100)) {
      List<Backend> tried = new ArrayList<>();
      List<Backend> triedThere = new ArrayList<>();
      while (tried.size() < 10) {
        tried.add(pool.pick(client, tried));
        triedThere.add(onAnotherMember.pick(client, triedThere));
      }
      assertThat(tried).doesNotHaveDuplicates();
      assertThat(triedThere).extracting(Backend::id).isEqualTo(ids(tried));
      assertThat(pool.pick(client, tried)).isNull();
    }
  }

  private static List<String> ids(List<Backend> backends) {
    return backends.stream().map(Backend::id).toList();
  }

  private static List<BackendConfig> tenBackends() {
    return IntStream.range(0, 10).mapToObj(i -> PoolFixture.backend("10.0.0." + i)).toList();
  }

  private static Pool pool(List<BackendConfig> backends) {
    return Pools.NONE
        .next(List.of(PoolFixture.config("web", Balance.SOURCE_HASH, backends)))
        .pool("web");
  }

  private static Candidates candidates(Pool pool) {
    return PoolFixture.candidates(pool.backends());
  }

  private static long[] slots(int[] table, int backends) {
    long[] slots = new long[backends];
    Arrays.stream(table).forEach(i -> slots[i]++);
    return slots;
  }

  private static List<SocketAddress> clients(int count) {
    SplittableRandom random = new SplittableRandom(20_261_122);
    List<SocketAddress> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] address = new byte[i % 2 == 0 ? 4 : 16];
      random.nextBytes(address);
      clients.add(client(address));
    }
    return clients;
  }

  private static SocketAddress client(byte[] address) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address), 40_000);
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static SocketAddress client(String address, int port) throws UnknownHostException {
    return new InetSocketAddress(InetAddress.getByName(address), port);
  }
}
