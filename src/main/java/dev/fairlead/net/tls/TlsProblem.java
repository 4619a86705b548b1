package dev.fairlead.net.tls;

import dev.fairlead.config.Problem;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A file, or another value of the configuration, that cannot be used for TLS. Its message names the
 * file and what was expected of it, never what is in it.
 */
public final class TlsProblem extends Exception {
  private static final long serialVersionUID = 1L;

  private final String key;
  private final String value;
  private final String expected;

  /**
   * @param key of the configuration below the listener's or pool's {@code tls}: {@code
   *     certificates[0].key}
   * @param value in the configuration: a file, a cipher
   */
  TlsProblem(String key, Object value, String expected) {
    super(value + " (expected: " + expected + ")");
    this.key = key;
    this.value = value.toString();
    this.expected = expected;
  }

  /** The problem of a file that cannot be read because of {@code cause}. */
  static TlsProblem unreadable(String key, Path file, IOException cause) {
    return new TlsProblem(key, file, Problem.readable(file, cause));
  }

  /** Below the section {@code tls}: {@code certificates[0].key}. */
  public String key() {
    return key;
  }

  /** In the configuration, with variables resolved. */
  public String value() {
    return value;
  }

  public String expected() {
    return expected;
  }

  /** The key and the message: {@code certificates[0].key: a.key (expected: ...)}. */
  public String text() {
    return key + ": " + getMessage();
  }

  /** For users: of the file {@code source}, whose key {@code path} has the {@code tls}. */
  public Problem in(String source, String path) {
    return new Problem(source, 0, path + "." + key, String.valueOf(getMessage()));
  }
}
