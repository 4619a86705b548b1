package dev.fairlead.admission;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A source address as the key of a map that hostile clients fill. An attacker with an IPv6 network
 * can choose any number of addresses of equal {@link InetAddress#hashCode}, which is a sum; so keys
 * are comparable, by which a {@link java.util.concurrent.ConcurrentHashMap} finds one among many of
 * equal hash in logarithmic time.
 */
public final class SourceKey implements Comparable<SourceKey> {
  /** Random for each process, so that collisions of IPv4 addresses cannot be computed. */
  private static final int FACTOR = ThreadLocalRandom.current().nextInt() | 1;

  /** Reused for look-ups, which so allocate nothing. */
  private static final ThreadLocal<SourceKey> PROBES =
      ThreadLocal.withInitial(() -> new SourceKey(InetAddress.getLoopbackAddress()));

  private InetAddress address;
  private int hash;

  private SourceKey(InetAddress address) {
    this.address = address;
    this.hash = hash(address);
  }

  /** A key to store. An IPv4-mapped IPv6 address becomes the IPv4 address. */
  public static SourceKey of(InetAddress address) {
    return new SourceKey(address instanceof Inet6Address ? plain(address) : address);
  }

  /** A key for a look-up, valid until this thread calls this method again. */
  public static SourceKey probe(InetAddress address) {
    SourceKey probe = PROBES.get();
    probe.address = address;
    probe.hash = hash(address);
    return probe;
  }

  private static InetAddress plain(InetAddress address) {
    try {
      return InetAddress.getByAddress(address.getAddress());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("no address: " + address, e);
    }
  }

  /**
   * With the finaliser of MurmurHash3: neighbouring addresses must be far apart in the map, else
   * the samples of an eviction, which are neighbours there, may all be of one busy network.
   */
  private static int hash(InetAddress address) {
    return mixed(address.hashCode(), FACTOR);
  }

  static int mixed(int hash, int factor) {
    int mixed = hash * factor;
    mixed = (mixed ^ (mixed >>> 16)) * 0x85ebca6b;
    mixed = (mixed ^ (mixed >>> 13)) * 0xc2b2ae35;
    return mixed ^ (mixed >>> 16);
  }

  public InetAddress address() {
    return address;
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SourceKey key && address.equals(key.address);
  }

  /** Called for keys of equal hash only, so the copies that it allocates are rare. */
  @Override
  public int compareTo(SourceKey other) {
    return Arrays.compareUnsigned(address.getAddress(), other.address.getAddress());
  }
}
