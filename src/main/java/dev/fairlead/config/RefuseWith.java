package dev.fairlead.config;

import java.util.Locale;

/** How a client sees that it is refused by an access list or a limit. */
public enum RefuseWith {
  /** The connection is closed. */
  FIN,
  /** The connection is reset: the client's side may try again at once, ours keeps nothing. */
  RST;

  /** As it is written in a configuration: {@code fin}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
