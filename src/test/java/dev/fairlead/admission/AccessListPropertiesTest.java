package dev.fairlead.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.Cidr;
import dev.fairlead.config.ListenerConfig.AccessConfig;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/**
 * Ensures that an access list answers as the plain definition does: in no network of deny, and in
 * one of allow unless that is empty. Provoked by networks that overlap and touch, and asked at and
 * beside their ends, where a mistake would be. A failure would look like another answer.
 */
class AccessListPropertiesTest {
  private static final int MANY = 100_000;

  @Property(tries = 1000)
  void answersAsThePlainDefinitionDoes(
      @ForAll("networks") List<Cidr> allow,
      @ForAll("networks") List<Cidr> deny,
      @ForAll("addresses") List<InetAddress> others) {
    AccessList list = AccessList.of(new AccessConfig(allow, deny));
    Stream<InetAddress> ends =
        Stream.concat(allow.stream(), deny.stream()).flatMap(AccessListPropertiesTest::ends);
    assertThat(Stream.concat(ends, others.stream()))
        .allSatisfy(
            address ->
                assertThat(list.admits(address))
                    .as(address.getHostAddress())
                    .isEqualTo(admits(allow, deny, address)));
  }

  @Example
  void answersSoWithManyNetworksToo() {
    SplittableRandom random = new SplittableRandom(1);
    List<Cidr> allow = RandomNetworks.mixed(MANY, random);
    List<Cidr> deny = RandomNetworks.mixed(MANY / 2, random);
    AccessList list = AccessList.of(new AccessConfig(allow, deny));
    for (int i = 0; i < 200; i++) {
      InetAddress address =
          i % 2 == 0
              ? allow.get(random.nextInt(MANY)).network()
              : RandomNetworks.address(i % 4 == 1, random);
      assertThat(list.admits(address))
          .as(address.getHostAddress())
          .isEqualTo(admits(allow, deny, address));
    }
  }

  /** Many edges have the same higher half, beside others that do not. */
  @Property(tries = 50)
  void answersSoWithManyNetworksOfFewHigherHalves(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int halves) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Cidr> allow = ofHigherHalves(halves, random);
    List<Cidr> deny = ofHigherHalves(halves, random);
    AccessList list = AccessList.of(new AccessConfig(allow, deny));
    assertThat(Stream.concat(allow.stream(), deny.stream()).flatMap(AccessListPropertiesTest::ends))
        .allSatisfy(
            address ->
                assertThat(list.admits(address))
                    .as(address.getHostAddress())
                    .isEqualTo(admits(allow, deny, address)));
  }

  private static List<Cidr> ofHigherHalves(int halves, SplittableRandom random) {
    return Stream.generate(() -> ofHigherHalf(random.nextInt(halves), random)).limit(100).toList();
  }

  /** One in fifty is a /64 as a whole. */
  private static Cidr ofHigherHalf(int half, SplittableRandom random) {
    byte[] bytes = RandomNetworks.address(true, random).getAddress();
    Arrays.fill(bytes, 2, 7, (byte) 0);
    bytes[7] = (byte) half;
    int prefix = random.nextInt(50) == 0 ? 64 : random.nextInt(68, 129);
    return RandomNetworks.around(RandomNetworks.of(bytes), prefix);
  }

  private static boolean admits(List<Cidr> allow, List<Cidr> deny, InetAddress address) {
    return deny.stream().noneMatch(network -> contains(network, address))
        && (allow.isEmpty() || allow.stream().anyMatch(network -> contains(network, address)));
  }

  private static boolean contains(Cidr network, InetAddress address) {
    byte[] mine = network.network().getAddress();
    byte[] theirs = address.getAddress();
    if (mine.length != theirs.length) {
      return false;
    }
    int others = mine.length * Byte.SIZE - network.prefix();
    return new BigInteger(1, mine)
        .shiftRight(others)
        .equals(new BigInteger(1, theirs).shiftRight(others));
  }

  /** The first and the last address of a network, and those beside them. */
  private static Stream<InetAddress> ends(Cidr network) {
    byte[] bytes = network.network().getAddress();
    int bits = bytes.length * Byte.SIZE;
    BigInteger first = new BigInteger(1, bytes);
    BigInteger after = first.add(BigInteger.ONE.shiftLeft(bits - network.prefix()));
    return Stream.of(first.subtract(BigInteger.ONE), first, after.subtract(BigInteger.ONE), after)
        .filter(each -> each.signum() >= 0 && each.bitLength() <= bits)
        .map(each -> address(each, bytes.length))
        // Beside ::ffff:0:0/96 stands an address that the JDK reads as IPv4, where it is one.
        .filter(each -> each.getAddress().length == bytes.length);
  }

  private static InetAddress address(BigInteger number, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = number.shiftRight((length - 1 - i) * Byte.SIZE).byteValue();
    }
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /** Few values of each byte, so that networks meet. */
  @Provide
  Arbitrary<List<InetAddress>> addresses() {
    Arbitrary<Byte> octet = Arbitraries.of((byte) 0, (byte) 1, (byte) 127, (byte) 128, (byte) -1);
    return Arbitraries.of(4, 16)
        .flatMap(length -> octet.array(byte[].class).ofSize(length))
        .map(bytes -> address(new BigInteger(1, bytes), bytes.length))
        .list()
        .ofMaxSize(10);
  }

  @Provide
  Arbitrary<List<Cidr>> networks() {
    Arbitrary<InetAddress> address =
        addresses().filter(list -> !list.isEmpty()).map(list -> list.get(0));
    return Combinators.combine(address, Arbitraries.integers().between(0, 128))
        .as(RandomNetworks::around)
        .list()
        .ofMaxSize(8);
  }
}
