package dev.fairlead.net.proxy;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * IP addresses as text in a buffer, as strict as {@code inet_pton}: no zone, no brackets, no zero
 * before a decimal number, and {@code ::} once, for at least one group. Makes no text of them.
 */
final class IpLiteral {
  private static final int V4_BYTES = 4;
  private static final int V6_BYTES = 16;
  private static final int MAX_HEX_DIGITS = 4;
  private static final int NONE = -1;

  private IpLiteral() {}

  /** {@code 192.0.2.1}; null if the bytes from {@code from} to {@code to} are no such address. */
  static @Nullable InetAddress v4(ByteBuf in, int from, int to) {
    byte[] address = new byte[V4_BYTES];
    return putQuad(in, from, to, address, 0) ? inetAddress(address) : null;
  }

  /**
   * {@code 2001:db8::1}, also with an IPv4 address as its last four bytes; null if the bytes from
   * {@code from} to {@code to} are no such address.
   */
  static @Nullable InetAddress v6(ByteBuf in, int from, int to) {
    byte[] address = new byte[V6_BYTES];
    int length = 0;
    int gap = NONE;
    int at = from;
    if (isColon(in, at, to) && isColon(in, at + 1, to)) {
      gap = 0;
      at += 2;
    }
    while (at < to) {
      int colon = in.indexOf(at, to, (byte) ':');
      int groupEnd = colon < 0 ? to : colon;
      int added = putGroup(in, at, groupEnd, address, length, colon < 0);
      if (added == 0) {
        return null;
      }
      length += added;
      at = groupEnd;
      if (at < to) {
        at++;
        if (isColon(in, at, to) && gap == NONE) {
          gap = length;
          at++;
        } else if (at == to) {
          return null;
        }
      }
    }
    return filled(address, length, gap) ? inetAddress(address) : null;
  }

  /** A decimal number without sign or leading zero; -1 if it is none, or above {@code max}. */
  static int decimal(ByteBuf in, int from, int to, int max) {
    if (from == to || (in.getByte(from) == '0' && to - from > 1)) {
      return NONE;
    }
    int number = 0;
    for (int i = from; i < to; i++) {
      int digit = in.getByte(i) - '0';
      if (digit < 0 || digit > 9) {
        return NONE;
      }
      number = number * 10 + digit;
      if (number > max) {
        return NONE;
      }
    }
    return number;
  }

  private static boolean isColon(ByteBuf in, int at, int to) {
    return at < to && in.getByte(at) == ':';
  }

  /** Puts a group, or the four numbers at the end; the number of bytes, 0 if it is malformed. */
  private static int putGroup(
      ByteBuf in, int from, int to, byte[] address, int offset, boolean isLast) {
    if (isLast && in.indexOf(from, to, (byte) '.') >= 0) {
      boolean isQuad = offset + V4_BYTES <= V6_BYTES && putQuad(in, from, to, address, offset);
      return isQuad ? V4_BYTES : 0;
    }
    int group = hexadecimal(in, from, to);
    if (group < 0 || offset == V6_BYTES) {
      return 0;
    }
    address[offset] = (byte) (group >> 8);
    address[offset + 1] = (byte) group;
    return 2;
  }

  private static boolean putQuad(ByteBuf in, int from, int to, byte[] address, int offset) {
    int at = from;
    for (int i = 0; i < V4_BYTES; i++) {
      int dot = i < V4_BYTES - 1 ? in.indexOf(at, to, (byte) '.') : to;
      int number = dot < 0 ? NONE : decimal(in, at, dot, 255);
      if (number < 0) {
        return false;
      }
      address[offset + i] = (byte) number;
      at = dot + 1;
    }
    return true;
  }

  private static int hexadecimal(ByteBuf in, int from, int to) {
    if (from == to || to - from > MAX_HEX_DIGITS) {
      return NONE;
    }
    int number = 0;
    for (int i = from; i < to; i++) {
      byte character = in.getByte(i);
      int digit = character < 0 ? NONE : Character.digit(character, 16);
      if (digit < 0) {
        return NONE;
      }
      number = number << 4 | digit;
    }
    return number;
  }

  /** Moves what follows the gap to the end; false if there are too few bytes, or too many. */
  private static boolean filled(byte[] address, int length, int gap) {
    if (gap == NONE) {
      return length == V6_BYTES;
    }
    int tail = length - gap;
    int tailStart = V6_BYTES - tail;
    if (tailStart <= gap) {
      return false;
    }
    System.arraycopy(address, gap, address, tailStart, tail);
    Arrays.fill(address, gap, tailStart, (byte) 0);
    return true;
  }

  /** Of 4 or 16 bytes; a mapped IPv4 address becomes one of IPv4. */
  static InetAddress inetAddress(byte[] address) {
    try {
      return InetAddress.getByAddress(address);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(address.length + " bytes of an address", e);
    }
  }
}
