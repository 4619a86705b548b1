package dev.fairlead.member;

import java.util.List;

/** A member can't start. {@link #lines} say why, one line a problem, fit for a user to read. */
public final class StartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> lines;

  StartException(List<String> lines, Throwable cause) {
    super(String.join("; ", lines), cause);
    this.lines = List.copyOf(lines);
  }

  public List<String> lines() {
    return lines;
  }
}
