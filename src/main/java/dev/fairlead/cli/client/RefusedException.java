package dev.fairlead.cli.client;

import java.util.List;

/** A command was refused or failed; {@link #lines} go to stderr, one per problem. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> lines;

  /** Of the member's answer; 0 = there was none. */
  private final int status;

  public RefusedException(List<String> lines) {
    this(0, lines);
  }

  RefusedException(int status, List<String> lines) {
    super(String.join("; ", lines));
    this.status = status;
    this.lines = List.copyOf(lines);
  }

  public RefusedException(String line) {
    this(List.of(line));
  }

  public List<String> lines() {
    return lines;
  }

  /** The HTTP status of the member's answer; 0 if there was none. */
  public int status() {
    return status;
  }
}
