package dev.fairlead.observe.sink;

import java.io.IOException;

/** Some lines of several were lost, and the others written; the message is that of the first. */
public final class LostLinesException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int count;

  LostLinesException(int count, IOException first) {
    super(first.getMessage(), first);
    this.count = count;
  }

  /** How many were lost. */
  public int count() {
    return count;
  }
}
