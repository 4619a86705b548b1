package dev.fairlead.listener;

import dev.fairlead.config.BindAddress;
import dev.fairlead.config.Problem;
import java.net.BindException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * A listener's address can't be bound, or the listeners are closed for good. The message reads like
 * a problem of the configuration.
 */
public final class ListenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String path;
  private final String value;
  private final String expected;

  private ListenException(
      String path, String value, String expected, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.path = path;
    this.value = value;
    this.expected = expected;
  }

  /**
   * @param path of the key: {@code listeners[0].bind}
   * @param bind the address as configured
   * @param one the single address of it that can't be bound
   */
  static ListenException of(String path, BindAddress bind, BindAddress one, Throwable cause) {
    return cause instanceof UnixAccess.AccessException access
        ? of(path + "." + access.key(), access.value(), access.expected(), cause)
        : of(
            path,
            bind.toString(),
            expected(cause) + (bind.isRange() ? " for port " + one.port() : ""),
            cause);
  }

  /** A range of more ports than this process has descriptors for. */
  static ListenException tooMany(String path, BindAddress bind, String expected) {
    return of(path, bind.toString(), expected, new IllegalStateException(expected));
  }

  private static ListenException of(String path, String value, String expected, Throwable cause) {
    String message = Problem.expected(value, expected);
    return new ListenException(path, value, expected, message, cause);
  }

  static ListenException draining() {
    return new ListenException("", "", "", "the member is draining", null);
  }

  /** Whether all listeners are closed for good. */
  public boolean isDraining() {
    return path.isEmpty();
  }

  public String path() {
    return path;
  }

  /** The value of the key, with variables resolved. */
  public String value() {
    return value;
  }

  /** The message with {@code shown} in the place of the value; has no part of the value else. */
  public String message(String shown) {
    return Problem.expected(shown, expected);
  }

  /** Names no file: it could be a temporary one, and parts of its path of a secret variable. */
  private static String expected(Throwable cause) {
    if (cause instanceof NoSuchFileException) {
      return "a path in a directory that is there";
    }
    String why = reason(cause);
    if (why.endsWith("is locked")) {
      return "a path that no other process has: its .lock file is locked";
    }
    if (why.contains("already in use")) {
      return "a free address";
    }
    if (why.contains("assign requested address")) {
      return "an address of this machine";
    }
    return (cause instanceof BindException
            ? "an address that can be bound: "
            : "an address that can be used: ")
        + why;
  }

  /** What the system says, without the names of files. */
  static String reason(Throwable cause) {
    if (!(cause instanceof FileSystemException failed)) {
      return Problem.reason(cause);
    }
    if (failed.getReason() != null) {
      return failed.getReason();
    }
    return cause instanceof AccessDeniedException
        ? "permission denied"
        : "there is a file that cannot be used";
  }
}
