package dev.fairlead.listener;

/** A listener's address can't be had; the message names the key and what was expected. */
public final class ListenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String listener;

  ListenException(String listener, String message, Throwable cause) {
    super(message, cause);
    this.listener = listener;
  }

  /** Name of the listener. */
  public String listener() {
    return listener;
  }
}
