package dev.fairlead.admission;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A source address as the key of a map that strangers fill. Whoever has an IPv6 network can choose
 * addresses at will whose {@link InetAddress#hashCode}, a sum, is the same; so keys have an order,
 * by which a {@link java.util.concurrent.ConcurrentHashMap} finds one among many of equal hash.
 */
final class SourceKey implements Comparable<SourceKey> {
  /** Another one in each process, so that nobody knows which IPv4 addresses meet in the map. */
  private static final int FACTOR = ThreadLocalRandom.current().nextInt() | 1;

  /** To look up without making a key. */
  private static final ThreadLocal<SourceKey> PROBES = ThreadLocal.withInitial(SourceKey::new);

  private InetAddress address;
  private int hash;

  private SourceKey() {}

  /** A key to keep. An IPv4 address that is written as an IPv6 one is that IPv4 address. */
  static SourceKey of(InetAddress address) {
    return new SourceKey().set(address instanceof Inet6Address ? plain(address) : address);
  }

  /** A key to look up with, valid until this thread asks for the next one. */
  static SourceKey probe(InetAddress address) {
    return PROBES.get().set(address);
  }

  private static InetAddress plain(InetAddress address) {
    try {
      return InetAddress.getByAddress(address.getAddress());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("no address: " + address, e);
    }
  }

  private SourceKey set(InetAddress next) {
    address = next;
    hash = mixed(next.hashCode(), FACTOR);
    return this;
  }

  /**
   * Addresses in sequence must not be neighbours in the map too, whatever the factor: the walk of
   * {@link Sources} would meet only addresses of one network for a while. MurmurHash3's finalizer,
   * shortened.
   */
  static int mixed(int hash, int factor) {
    int product = hash * factor;
    int again = (product ^ (product >>> 16)) * 0x85ebca6b;
    return again ^ (again >>> 13);
  }

  InetAddress address() {
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

  /** Asked for keys of equal hash only, so the copies that the JDK makes of addresses are rare. */
  @Override
  public int compareTo(SourceKey other) {
    return Arrays.compareUnsigned(address.getAddress(), other.address.getAddress());
  }
}
