package dev.fairlead.admission;

import dev.fairlead.config.Cidr;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Networks and addresses in numbers. */
final class RandomNetworks {
  private RandomNetworks() {}

  /** Both kinds, of many sizes, as lists of who may not come in have them; some overlap. */
  static List<Cidr> mixed(int count, SplittableRandom random) {
    return IntStream.range(0, count).mapToObj(i -> one(i % 2 == 0, random)).toList();
  }

  static Cidr one(boolean v6, SplittableRandom random) {
    return around(address(v6, random), v6 ? random.nextInt(32, 129) : random.nextInt(16, 33));
  }

  /** IPv6 addresses are of {@code 2001::/16}. */
  static InetAddress address(boolean v6, SplittableRandom random) {
    byte[] bytes = new byte[v6 ? 16 : 4];
    random.nextBytes(bytes);
    if (v6) {
      bytes[0] = 0x20;
      bytes[1] = 0x01;
    }
    return of(bytes);
  }

  /**
   * The network of that size which has the address; a longer prefix than there is = the longest.
   */
  static Cidr around(InetAddress address, int prefix) {
    byte[] bytes = address.getAddress();
    for (int i = 0; i < bytes.length; i++) {
      int bits = Math.max(0, Math.min(Byte.SIZE, prefix - i * Byte.SIZE));
      bytes[i] &= (byte) (0xff00 >> bits);
    }
    InetAddress network = of(bytes);
    return new Cidr(network, Math.min(prefix, bytes.length * Byte.SIZE));
  }

  static InetAddress of(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
