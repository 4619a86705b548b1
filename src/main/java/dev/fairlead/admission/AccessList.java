package dev.fairlead.admission;

import dev.fairlead.config.Cidr;
import dev.fairlead.config.ListenerConfig.AccessConfig;
import dev.fairlead.config.ListenerConfig.ListFile;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Admits the addresses in {@code allow}, or all if that is empty, except those in {@code deny}. An
 * IPv4-mapped IPv6 address ({@code ::ffff:10.0.0.1}) counts as the IPv4 address.
 *
 * <p>Both lists become one ascending list of edges, the addresses at which the answer changes:
 * refused before the first, admitted from there to the second, and so on. {@code allow:
 * [10.0.0.0/8], deny: [10.0.0.0/16]} has the edges {@code 10.1.0.0} and {@code 11.0.0.0}; {@code
 * 10.9.9.9} comes after one edge, an odd number, so it is admitted. A binary search in an array
 * takes 17 steps for 100,000 edges, in memory that fits a processor's cache. A trie takes up to 32
 * or 128 steps, each through a pointer, unless its levels are compressed.
 *
 * <p>Immutable, any thread. A look-up of an IPv4 address allocates nothing, that of an IPv6 address
 * a copy of its 16 bytes unless escape analysis removes it. Construction takes about 100 ms for
 * 100,000 networks: not on an event loop.
 */
public final class AccessList {
  public static final AccessList EVERYONE = new AccessList(Edges.ALL, Edges.ALL);

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** The upper 32 bits of the lower half of an IPv4-mapped address. */
  private static final long MAPPED = 0xffff;

  /** IPv6 edges per sample. */
  private static final int STRIDE = 16;

  /** Edges mapped by {@link #ordered}, so that a signed comparison orders them. */
  private final int[] v4;

  /** Edges mapped likewise: the upper half of each, followed by its lower half. */
  private final long[] v6;

  /**
   * The upper half of every {@link #STRIDE}th edge of {@link #v6}: a first search, in little memory
   * and without lower halves, that leaves few edges for the second.
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

  /** Without the files that {@code config} names. */
  public static AccessList of(AccessConfig config) {
    return of(new AccessConfig(config.allow(), config.deny()), file -> List.of());
  }

  /** With {@code lists} by file. */
  public static AccessList of(AccessConfig config, Function<Path, List<Cidr>> lists) {
    if (!config.isAllowed() && !config.isDenied()) {
      return EVERYONE;
    }
    List<Cidr> allow = all(config.allow(), config.allowFiles(), lists);
    List<Cidr> deny = all(config.deny(), config.denyFiles(), lists);
    return new AccessList(
        admitted(config.isAllowed(), allow, deny, false),
        admitted(config.isAllowed(), allow, deny, true));
  }

  private static List<Cidr> all(
      List<Cidr> networks, List<ListFile> files, Function<Path, List<Cidr>> lists) {
    return Stream.concat(
            networks.stream(), files.stream().flatMap(each -> lists.apply(each.file()).stream()))
        .toList();
  }

  private static Edges admitted(
      boolean onlyAllowed, List<Cidr> allow, List<Cidr> deny, boolean v6) {
    Edges allowed = onlyAllowed ? edges(allow, v6) : Edges.ALL;
    return allowed.minus(edges(deny, v6));
  }

  private static Edges edges(List<Cidr> networks, boolean v6) {
    return Edges.of(
        networks.stream()
            .filter(each -> each.network() instanceof Inet6Address == v6)
            .map(AccessList::block)
            .toList());
  }

  /** IPv4 in the upper bits, so that its address space ends where that of IPv6 does. */
  private static Edges.Block block(Cidr network) {
    if (network.network() instanceof Inet4Address address) {
      return new Edges.Block((long) number(address) << Integer.SIZE, 0, network.prefix());
    }
    byte[] bytes = network.network().getAddress();
    return new Edges.Block(
        (long) LONGS.get(bytes, 0), (long) LONGS.get(bytes, Long.BYTES), network.prefix());
  }

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

  /** The hash code of an IPv4 address is the address; getAddress() would allocate. */
  private static int number(Inet4Address address) {
    return address.hashCode();
  }

  private boolean admits(int address) {
    int key = ordered(address);
    int before = 0;
    // Invariant: edges below `before` are <= key, edges from `before + rest` on are above it.
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

  /** The first edge that is certainly above the key. */
  private int endOfSearch(int samplesBelow, long high) {
    int edges = v6.length / 2;
    // Any number of edges may share an upper half, as within one /64.
    boolean equal = samplesBelow < v6Samples.length && v6Samples[samplesBelow] == high;
    return equal ? edges : Math.min(samplesBelow * STRIDE, edges);
  }

  /** Maps unsigned order to signed order. */
  private static int ordered(int unsigned) {
    return unsigned ^ Integer.MIN_VALUE;
  }

  private static long ordered(long unsigned) {
    return unsigned ^ Long.MIN_VALUE;
  }
}
