package dev.fairlead.pool.balance;

import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * 64-bit hashes that are the same on every member, JVM and release: FNV-1a over the bytes, then the
 * finaliser of MurmurHash3. Not for hostile keys: a client that chooses its address can choose the
 * hash.
 */
public final class StableHash {
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private StableHash() {}

  /** Of the UTF-8 bytes of {@code text}. */
  public static long of(String text) {
    return mix(fnv(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Of the IP address, without the port; all clients without one have the same hash. */
  static long of(@Nullable SocketAddress source) {
    InetAddress address = source instanceof InetSocketAddress inet ? inet.getAddress() : null;
    if (address instanceof Inet4Address ipv4) {
      return mix(fnv(NetUtil.ipv4AddressToInt(ipv4)));
    }
    return mix(address == null ? FNV_OFFSET : fnv(address.getAddress()));
  }

  /** Makes every bit of the result depend on every bit of {@code hash}; one to one. */
  public static long mix(long hash) {
    long mixed = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }

  /** Of the four bytes, without allocating them. */
  private static long fnv(int bytes) {
    long hash = FNV_OFFSET;
    for (int shift = 24; shift >= 0; shift -= Byte.SIZE) {
      hash = (hash ^ (bytes >>> shift & 0xff)) * FNV_PRIME;
    }
    return hash;
  }

  private static long fnv(byte[] bytes) {
    long hash = FNV_OFFSET;
    for (byte each : bytes) {
      hash = (hash ^ (each & 0xff)) * FNV_PRIME;
    }
    return hash;
  }
}
