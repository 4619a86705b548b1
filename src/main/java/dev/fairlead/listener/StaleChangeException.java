package dev.fairlead.listener;

/**
 * A change of the listeners was not put in force because they are others by now than when it was
 * held. What it held is released; whoever still wants it holds it anew.
 */
public final class StaleChangeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StaleChangeException() {
    super("the configuration in force has changed meanwhile");
  }
}
