package dev.fairlead.net.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.fairlead.net.proxy.HeaderRead.Complete;
import dev.fairlead.net.proxy.HeaderRead.Malformed;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Reads one whole line of version 1: {@code PROXY TCP4 192.0.2.1 198.51.100.1 56324 443}, each
 * space exactly one. {@code PROXY UNKNOWN} may be followed by a space and anything.
 */
final class TextHeader {
  /** With CRLF. */
  static final int MAX_BYTES = 107;

  private static final byte[] UNKNOWN = "UNKNOWN".getBytes(US_ASCII);
  private static final byte[] TCP4 = "TCP4".getBytes(US_ASCII);
  private static final byte[] TCP6 = "TCP6".getBytes(US_ASCII);
  private static final int MAX_PORT = 65_535;

  private final ByteBuf in;

  /** Of the line without CRLF. */
  private final int lineEnd;

  /** The current word. */
  private int from;

  private int to;

  private TextHeader(ByteBuf in, int lineEnd) {
    this.in = in;
    this.lineEnd = lineEnd;
  }

  /**
   * @param in from its {@code readerIndex} on a line that begins with {@code PROXY} and a space
   * @param bytes the length of the line with CRLF
   */
  static HeaderRead read(ByteBuf in, int bytes) {
    TextHeader line = new TextHeader(in, in.readerIndex() + bytes - 2);
    line.from = in.readerIndex();
    line.to = line.from + "PROXY".length();
    return line.read(bytes);
  }

  private HeaderRead read(int bytes) {
    nextWord();
    if (isWord(UNKNOWN)) {
      return new Complete(ProxyHeader.v1(null, null), bytes);
    }
    boolean isV4 = isWord(TCP4);
    if (!isV4 && !isWord(TCP6)) {
      return new Malformed("protocol is not TCP4, TCP6 or UNKNOWN");
    }
    InetAddress source = nextAddress(isV4);
    InetAddress destination = nextAddress(isV4);
    if (source == null || destination == null) {
      return new Malformed("no valid address of " + (isV4 ? "TCP4" : "TCP6"));
    }
    int sourcePort = nextPort();
    int destinationPort = nextPort();
    if (sourcePort < 0 || destinationPort < 0) {
      return new Malformed("no valid port");
    }
    if (to != lineEnd) {
      return new Malformed("more than addresses and ports");
    }
    return new Complete(
        ProxyHeader.v1(
            new InetSocketAddress(source, sourcePort),
            new InetSocketAddress(destination, destinationPort)),
        bytes);
  }

  private @Nullable InetAddress nextAddress(boolean isV4) {
    nextWord();
    return isV4 ? IpLiteral.v4(in, from, to) : IpLiteral.v6(in, from, to);
  }

  private int nextPort() {
    nextWord();
    return IpLiteral.decimal(in, from, to, MAX_PORT);
  }

  /** An empty word after the last one. */
  private void nextWord() {
    from = Math.min(to + 1, lineEnd);
    int space = in.indexOf(from, lineEnd, (byte) ' ');
    to = space < 0 ? lineEnd : space;
  }

  private boolean isWord(byte[] word) {
    if (to - from != word.length) {
      return false;
    }
    for (int i = 0; i < word.length; i++) {
      if (in.getByte(from + i) != word[i]) {
        return false;
      }
    }
    return true;
  }
}
