package dev.fairlead.listener;

import java.net.BindException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * A listener's address can't be bound, or the listeners are closed for good. The message reads like
 * a problem of the configuration.
 */
public final class ListenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String path;

  private ListenException(String path, @Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
    this.path = path;
  }

  /**
   * @param path of the key: {@code listeners[0].bind}
   * @param bind the address as configured
   */
  static ListenException of(String path, Object bind, Throwable cause) {
    if (cause instanceof UnixAccess.AccessException access) {
      return new ListenException(path + "." + access.key(), cause.getMessage(), cause);
    }
    String message =
        bind + " (expected: " + expected(String.valueOf(cause.getMessage()), cause) + ")";
    return new ListenException(path, message, cause);
  }

  static ListenException draining() {
    return new ListenException("", "the member is draining", null);
  }

  /** Whether all listeners are closed for good. */
  public boolean isDraining() {
    return path.isEmpty();
  }

  public String path() {
    return path;
  }

  private static String expected(String message, Throwable cause) {
    if (cause instanceof NoSuchFileException missing) {
      return "a path in a directory that is there, but: " + missing.getFile();
    }
    if (message.endsWith("is locked")) {
      return "a path that no other process has: " + message;
    }
    if (message.contains("already in use")) {
      return "a free address";
    }
    if (message.contains("assign requested address")) {
      return "an address of this machine";
    }
    return (cause instanceof BindException
            ? "an address that can be bound: "
            : "an address that can be used: ")
        + message;
  }
}
