package dev.fairlead.net;

import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.unix.Errors;
import java.io.FileNotFoundException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import org.jspecify.annotations.Nullable;

/** Why a backend could not be reached, in a form fit for clients: never with an address. */
public enum ConnectFailure {
  REFUSED("connection refused"),
  TIMED_OUT("timed out"),
  UNREACHABLE("unreachable"),
  NAME_NOT_RESOLVED("name not resolved"),
  NO_LOCAL_PORT("no local port"),

  /** A backend that cannot prove who it is; clients are told no more of it. */
  TLS_FAILED("unreachable");

  private final String cause;

  ConnectFailure(String cause) {
    this.cause = cause;
  }

  /** The text for {@code {cause}} of a reply, and for the verdict of a probe. */
  public String cause() {
    return cause;
  }

  /** True when the fault is this machine's, so that no backend is to blame. */
  public boolean isLocal() {
    return this == NO_LOCAL_PORT;
  }

  /**
   * The failure of a backend whose last address failed with this, and earlier ones with {@code
   * before}: a local fault does not hide the failure of an address that did not answer.
   */
  public ConnectFailure after(@Nullable ConnectFailure before) {
    return isLocal() && before != null ? before : this;
  }

  public static ConnectFailure of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConnectTimeoutException) {
        return TIMED_OUT;
      }
      if (cause instanceof BindException
          || hasText(cause, "Cannot assign requested address")
          || hasText(cause, "Too many open files")) {
        return NO_LOCAL_PORT;
      }
      if (cause instanceof NoRouteToHostException || cause instanceof FileNotFoundException) {
        return UNREACHABLE;
      }
      if (hasText(cause, "timed out")) {
        return TIMED_OUT;
      }
      if (isRefused(cause)) {
        return REFUSED;
      }
    }
    return UNREACHABLE;
  }

  /** Each transport has its own type for a refused connection, some use it for more than that. */
  private static boolean isRefused(Throwable cause) {
    if (cause instanceof Errors.NativeIoException nativeError) {
      return nativeError.expectedErr() == Errors.ERROR_ECONNREFUSED_NEGATIVE;
    }
    return cause instanceof ConnectException && hasText(cause, "refused");
  }

  private static boolean hasText(Throwable cause, String text) {
    return cause.getMessage() != null && cause.getMessage().contains(text);
  }
}
