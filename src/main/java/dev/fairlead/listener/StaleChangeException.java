package dev.fairlead.listener;

/**
 * A change of the listeners was not committed, because another one was committed after it was
 * prepared. Its addresses are released; it can be prepared again.
 */
public final class StaleChangeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StaleChangeException() {
    super("the configuration in force has changed meanwhile");
  }
}
