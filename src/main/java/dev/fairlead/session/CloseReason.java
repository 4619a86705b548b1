package dev.fairlead.session;

import dev.fairlead.net.ConnectFailure;
import java.util.Locale;

/**
 * Which side ended a session, and why. The first FIN or RST names the side; after failed attempts
 * it is the last one's cause. The names are API: they stand in the access log and in {@code
 * fairlead_session_closed_total{reason}}.
 */
public enum CloseReason {
  CLIENT_CLOSED,
  BACKEND_CLOSED,
  CLIENT_RESET,
  BACKEND_RESET,
  IDLE_TIMEOUT,
  CLOSE_TIMEOUT,
  MAX_DURATION,
  NO_ROUTE,
  NO_BACKEND,
  CONNECT_REFUSED,
  CONNECT_TIMEOUT,
  CONNECT_FAILED,
  QUEUE_FULL,
  QUEUE_TIMEOUT,
  LIMIT_CONNECTIONS,
  LIMIT_SOURCE,
  LIMIT_RATE,
  DENIED,
  PROXY_HEADER,
  TLS_HANDSHAKE,
  HELLO,
  REJECT,
  BACKEND_DOWN,
  BACKEND_REMOVED,
  REBALANCE,
  ADMIN,
  DRAIN,
  INTERNAL;

  private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

  /** The reason of a session whose last attempt to connect ended with {@code failure}. */
  static CloseReason of(ConnectFailure failure) {
    return switch (failure) {
      case REFUSED -> CONNECT_REFUSED;
      case TIMED_OUT -> CONNECT_TIMEOUT;
      case UNREACHABLE, NAME_NOT_RESOLVED, NO_LOCAL_PORT, TLS_FAILED -> CONNECT_FAILED;
    };
  }

  /** Whether a client is refused so without a wait, be it a session already or not. */
  boolean isAtOnce() {
    return this == DENIED
        || this == LIMIT_SOURCE
        || this == LIMIT_RATE
        || this == LIMIT_CONNECTIONS
        || this == QUEUE_FULL;
  }

  /**
   * Whether a client is refused for what itself has sent, or for where it comes from, or because
   * the configuration says so.
   */
  public boolean isForClient() {
    return switch (this) {
      case NO_ROUTE, DENIED, PROXY_HEADER, TLS_HANDSHAKE, HELLO, REJECT -> true;
      default -> false;
    };
  }

  /** As it is written: {@code client-closed}. */
  public String label() {
    return label;
  }
}
