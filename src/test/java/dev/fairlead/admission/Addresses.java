package dev.fairlead.admission;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** Source addresses by number, a new object each time, as sockets give them. */
final class Addresses {
  private static final int NETWORK = 10 << 24;

  private Addresses() {}

  /** 10.0.0.0 and on. */
  static InetAddress v4(int number) {
    return of(ByteBuffer.allocate(4).putInt(NETWORK + number).array());
  }

  /** Of 2001:db8::/32; all have the same {@link InetAddress#hashCode}. */
  static InetAddress v6OfOneHash(int number) {
    return of(
        ByteBuffer.allocate(16)
            .putInt(0x20010db8)
            .putInt(0)
            .putInt(number)
            .putInt(-number)
            .array());
  }

  static InetAddress of(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /** {@code ::ffff:a.b.c.d} that stays an IPv6 address. */
  static InetAddress mapped(InetAddress v4) {
    byte[] bytes = ByteBuffer.allocate(16).putLong(0).putInt(0xffff).put(v4.getAddress()).array();
    try {
      return Inet6Address.getByAddress(null, bytes, -1);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static InetAddress of(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
