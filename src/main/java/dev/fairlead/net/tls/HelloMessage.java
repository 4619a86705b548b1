package dev.fairlead.net.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.fairlead.config.ServerNames;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of one whole ClientHello (RFC 8446, section 4.1.2, and RFC 5246, section 7.4.1.2), read
 * from front to back. After the first fault nothing that was read counts. Extensions other than
 * server_name (RFC 6066), ALPN (RFC 7301) and supported_versions are passed over, so GREASE and
 * what does not exist yet are harmless.
 */
final class HelloMessage {
  private static final int RANDOM_BYTES = 32;
  private static final int SERVER_NAME = 0;
  private static final int HOST_NAME = 0;
  private static final int ALPN = 16;
  private static final int SUPPORTED_VERSIONS = 43;
  private static final int ENCRYPTED_CLIENT_HELLO = 0xfe0d;

  private static final int TLS_1_0 = 0x0301;
  private static final int TLS_1_2 = 0x0303;
  private static final int MAJOR = 3;

  /**
   * More protocols than any client offers. Without it, 64 KiB of names of one byte would become
   * objects of 2 MB.
   */
  private static final int MAX_PROTOCOLS = 256;

  private final ByteBuf in;
  private int at;
  private @Nullable String fault;

  /** Bit n: an extension of type n was there. */
  private long types;

  private @Nullable String serverName;
  private final List<String> alpn = new ArrayList<>();
  private int version;
  private boolean encrypted;

  /** Reads {@code length} bytes from {@code start}; moves no index of {@code in}. */
  HelloMessage(ByteBuf in, int start, int length) {
    this.in = in;
    this.at = start;
    read(start + length);
  }

  /** What is wrong with it, as a noun with its attributes; null = nothing. */
  @Nullable String fault() {
    return fault;
  }

  /** Only where there is no fault. */
  ClientHello hello() {
    return new ClientHello(serverName, alpn, name(version), encrypted);
  }

  private void read(int end) {
    version = number(2, end);
    // A later version is for the server to negotiate; SSL 3.0 and DTLS have no hello of TLS.
    if (version >>> Byte.SIZE != MAJOR || version < TLS_1_0) {
      fail(end, "a version that is not of TLS");
    }
    version = Math.min(version, TLS_1_2);
    skip(RANDOM_BYTES, end);
    at = vector(1, 0, 32, end, "session id");
    int ciphers = vector(2, 2, 0xfffe, end, "list of cipher suites");
    if ((ciphers - at) % 2 != 0) {
      fail(end, "half a cipher suite");
    }
    at = ciphers;
    at = vector(1, 1, 0xff, end, "list of compression methods");
    if (fault == null && at < end) {
      readExtensions(end);
    }
  }

  private void readExtensions(int end) {
    mustEndAt(end, vector(2, 0, 0xffff, end, "list of extensions"));
    while (fault == null && at < end) {
      int type = number(2, end);
      int next = vector(2, 0, 0xffff, end, "extension");
      if (fault == null && isSecond(type)) {
        fail(end, "two extensions of one type");
      }
      if (fault == null) {
        readExtension(type, next);
      }
      at = next;
    }
  }

  /** Every type that is read here is below 64. */
  private boolean isSecond(int type) {
    long bit = type < Long.SIZE ? 1L << type : 0;
    boolean second = (types & bit) != 0;
    types |= bit;
    return second;
  }

  private void readExtension(int type, int end) {
    switch (type) {
      case SERVER_NAME -> readServerName(end);
      case ALPN -> readProtocols(end);
      case SUPPORTED_VERSIONS -> readVersions(end);
      case ENCRYPTED_CLIENT_HELLO -> encrypted = true;
      default -> {
        // Of no use to a route or a log.
      }
    }
  }

  /**
   * Exactly one name, of a host. The list is a list for kinds of names that were never defined, and
   * a second name is one that another reader of this hello might choose.
   */
  private void readServerName(int end) {
    mustEndAt(end, vector(2, 1, 0xffff, end, "list of server names"));
    if (number(1, end) != HOST_NAME) {
      fail(end, "a server name that is not of a host");
    }
    mustEndAt(end, vector(2, 1, 0xffff, end, "server name"));
    if (fault != null) {
      return;
    }
    int length = end - at;
    serverName = length > ServerNames.MAX_LENGTH ? null : plainName(text(length));
    if (serverName == null) {
      fail(end, "a server name that is no host name");
    }
  }

  private static @Nullable String plainName(String sent) {
    return ServerNames.ofClient(sent).orElse(null);
  }

  private void readProtocols(int end) {
    mustEndAt(end, vector(2, 2, 0xffff, end, "list of protocols"));
    while (fault == null && at < end) {
      int next = vector(1, 1, 0xff, end, "protocol");
      if (alpn.size() == MAX_PROTOCOLS) {
        fail(end, "more than " + MAX_PROTOCOLS + " protocols");
      }
      if (fault == null) {
        alpn.add(text(next - at));
      }
      at = next;
    }
  }

  private void readVersions(int end) {
    mustEndAt(end, vector(1, 2, 0xfe, end, "list of versions"));
    int highest = 0;
    while (fault == null && at < end) {
      int each = number(2, end);
      highest = each >>> Byte.SIZE == MAJOR ? Math.max(highest, each) : highest;
    }
    // It replaces the version at the start; only GREASE and drafts leave that in force.
    version = highest >= TLS_1_0 ? highest : version;
  }

  private String text(int length) {
    return in.toString(at, length, ISO_8859_1);
  }

  private static String name(int version) {
    int minor = (version & 0xff) - 1;
    return minor == 0 ? "TLSv1" : "TLSv1." + minor;
  }

  private int number(int bytes, int end) {
    if (end - at < bytes) {
      fail(end, "a message cut short");
      return 0;
    }
    int number = 0;
    for (int i = 0; i < bytes; i++) {
      number = number << Byte.SIZE | in.getUnsignedByte(at++);
    }
    return number;
  }

  private void skip(int bytes, int end) {
    if (end - at < bytes) {
      fail(end, "a message cut short");
    } else {
      at += bytes;
    }
  }

  /** Reads the length of a vector; returns where the vector ends. */
  private int vector(int lengthBytes, int min, int max, int end, String what) {
    int length = number(lengthBytes, end);
    if (length < min || length > max || length > end - at) {
      fail(end, what + " of wrong length");
      return end;
    }
    return at + length;
  }

  private void mustEndAt(int end, int vectorEnd) {
    if (vectorEnd != end) {
      fail(end, "bytes after a list");
    }
  }

  private void fail(int end, String what) {
    fault = fault == null ? what : fault;
    at = end;
  }
}
