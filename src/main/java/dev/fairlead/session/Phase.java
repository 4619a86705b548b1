package dev.fairlead.session;

import java.util.Locale;

/** How far a session has come, in this order. The names are API: they stand in the access log. */
public enum Phase {
  ACCEPT,
  HEADER,
  HELLO,
  HANDSHAKE,
  QUEUE,
  CONNECT,
  RELAY;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** As it is written: {@code relay}. */
  public String label() {
    return label;
  }
}
