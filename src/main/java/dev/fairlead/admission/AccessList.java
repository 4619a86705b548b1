package dev.fairlead.admission;

import dev.fairlead.config.Cidr;
import dev.fairlead.config.ListenerConfig.AccessConfig;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Whose connections are taken: those of {@code allow}, or everyone's where it is empty, but none of
 * {@code deny}. An IPv4 address in IPv6 ({@code ::ffff:10.0.0.1}) is judged as IPv4.
 *
 * <p>Both lists become one ascending list of edges, the addresses at which the answer changes: it
 * is no before the first, yes from there to the second, and so on. {@code allow: [10.0.0.0/8],
 * deny: [10.0.0.0/16]} has the edges {@code 10.1.0.0} and {@code 11.0.0.0}; {@code 10.9.9.9} comes
 * after one, an odd number of edges, which is a yes. A search by halving in an array of numbers
 * takes 17 steps for 100,000 edges, in memory that a processor's cache holds. A trie of addresses
 * takes up to 32 or 128 steps, each through a pointer to a node somewhere else, or needs its levels
 * packed to be better, for which nothing here asks.
 *
 * <p>Immutable, any thread. A look-up of an IPv4 address allocates nothing, that of an IPv6 address
 * the copy of its 16 bytes that the JDK hands out, where the compiler does not spare it. Making one
 * takes some 100 ms for 100,000 networks: not on an event loop.
 */
public final class AccessList {
  /** Admits all addresses without a look at them. */
  public static final AccessList EVERYONE = new AccessList(Edges.ALL, Edges.ALL);

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** What stands before the IPv4 address in the lower half of a mapped one. */
  private static final long MAPPED = 0xffff;

  /** IPv6 edges to a sample. */
  private static final int STRIDE = 16;

  /** Edges as {@link #ordered} has them, so that they are compared without a call. */
  private final int[] v4;

  /** The same: the higher half of each edge, and its lower half behind it. */
  private final long[] v6;

  /**
   * The higher half of every {@link #STRIDE}th edge of {@link #v6}, from the first on: a search
   * here is one in little memory, without a look at lower halves, and leaves few edges to search.
   */
  private final long[] v6Samples;

  private AccessList(Edges v4, Edges v6) {
    this.v4 = new int[v4.size()];
    this.v6 = new long[2 * v6.size()];
    for (int i = 0; i < v4.size(); i++) {
      this.v4[i] = ordered((int) (v4.high(i) >>> Integer.SIZE));
    }
    for (int i = 0; i < v6.size(); i++) {
      this.v6[2 * i] = ordered(v6.high(i));
      this.v6[2 * i + 1] = ordered(v6.low(i));
    }
    v6Samples = new long[(v6.size() + STRIDE - 1) / STRIDE];
    for (int i = 0; i < v6Samples.length; i++) {
      v6Samples[i] = this.v6[2 * i * STRIDE];
    }
  }

  /** Blocks for as long as a sort of both lists takes. */
  public static AccessList of(AccessConfig config) {
    if (config.allow().isEmpty() && config.deny().isEmpty()) {
      return EVERYONE;
    }
    return new AccessList(admitted(config, false), admitted(config, true));
  }

  private static Edges admitted(AccessConfig config, boolean v6) {
    Edges allowed = config.allow().isEmpty() ? Edges.ALL : edges(config.allow(), v6);
    return allowed.minus(edges(config.deny(), v6));
  }

  private static Edges edges(List<Cidr> networks, boolean v6) {
    return Edges.of(
        networks.stream()
            .filter(each -> each.network() instanceof Inet6Address == v6)
            .map(AccessList::block)
            .toList());
  }

  /** IPv4 in the highest bits, so that the space ends where that of IPv6 does. */
  private static Edges.Block block(Cidr network) {
    if (network.network() instanceof Inet4Address address) {
      return new Edges.Block((long) number(address) << Integer.SIZE, 0, network.prefix());
    }
    byte[] bytes = network.network().getAddress();
    return new Edges.Block(
        (long) LONGS.get(bytes, 0), (long) LONGS.get(bytes, Long.BYTES), network.prefix());
  }

  /** Whether a client of this address may come in. */
  public boolean admits(InetAddress address) {
    if (this == EVERYONE) {
      return true;
    }
    if (address instanceof Inet4Address ipv4) {
      return admits(number(ipv4));
    }
    byte[] bytes = address.getAddress();
    long high = (long) LONGS.get(bytes, 0);
    long low = (long) LONGS.get(bytes, Long.BYTES);
    return (high == 0 && low >>> Integer.SIZE == MAPPED) ? admits((int) low) : admits(high, low);
  }

  /** The hash code of an IPv4 address is the address; getAddress() would copy it. */
  private static int number(Inet4Address address) {
    return address.hashCode();
  }

  private boolean admits(int address) {
    int key = ordered(address);
    int before = 0;
    // Edges below `before` are not above the key, those from `before + rest` on are.
    for (int rest = v4.length; rest > 0; ) {
      int half = (rest + 1) >>> 1;
      before = v4[before + half - 1] <= key ? before + half : before;
      rest -= half;
    }
    return (before & 1) != 0;
  }

  private boolean admits(long addressHigh, long addressLow) {
    long high = ordered(addressHigh);
    long low = ordered(addressLow);
    int lower = samplesBelow(high);
    int before = Math.max(0, lower - 1) * STRIDE;
    for (int rest = endOfSearch(lower, high) - before; rest > 0; ) {
      int half = (rest + 1) >>> 1;
      int middle = 2 * (before + half - 1);
      boolean notAbove = v6[middle] < high || (v6[middle] == high && v6[middle + 1] <= low);
      before = notAbove ? before + half : before;
      rest -= half;
    }
    return (before & 1) != 0;
  }

  private int samplesBelow(long high) {
    int below = 0;
    for (int rest = v6Samples.length; rest > 0; ) {
      int half = (rest + 1) >>> 1;
      below = v6Samples[below + half - 1] < high ? below + half : below;
      rest -= half;
    }
    return below;
  }

  /** Edges from here on are above the key. */
  private int endOfSearch(int samplesBelow, long high) {
    int edges = v6.length / 2;
    // Of equal higher halves, as in one /64, there may be any number: the lower ones decide.
    boolean equal = samplesBelow < v6Samples.length && v6Samples[samplesBelow] == high;
    return equal ? edges : Math.min(samplesBelow * STRIDE, edges);
  }

  /** Numbers whose signed order is the unsigned order of the argument. */
  private static int ordered(int unsigned) {
    return unsigned ^ Integer.MIN_VALUE;
  }

  private static long ordered(long unsigned) {
    return unsigned ^ Long.MIN_VALUE;
  }
}
