package dev.fairlead.cli;

import java.util.List;

/** A command was refused or failed; {@link #lines} go to stderr, one per problem. */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> lines;

  RefusedException(List<String> lines) {
    super(String.join("; ", lines));
    this.lines = List.copyOf(lines);
  }

  RefusedException(String line) {
    this(List.of(line));
  }

  List<String> lines() {
    return lines;
  }
}
