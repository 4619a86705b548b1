package dev.fairlead.pool.balance;

import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * 64-bit hashes that are the same on every member, JVM and release: FNV-1a over the bytes, spread
 * by the finaliser of MurmurHash3. Not for hostile keys: who chooses the address may choose the
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

  /** Of the IP address alone; whoever has none (a Unix socket, null) is one and the same client. */
  static long of(SocketAddress source) {
    InetAddress address = source instanceof InetSocketAddress inet ? inet.getAddress() : null;
    if (address instanceof Inet4Address ipv4) {
      return mix(fnv(NetUtil.ipv4AddressToInt(ipv4)));
    }
    return mix(address == null ? FNV_OFFSET : fnv(address.getAddress()));
  }

  /** Spreads every bit of {@code hash} over all of the result; one to one. */
  public static long mix(long hash) {
    long mixed = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }

  /** The same as of the four bytes, which the JIT need not allocate for this. */
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
