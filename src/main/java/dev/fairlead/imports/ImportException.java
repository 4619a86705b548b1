package dev.fairlead.imports;

/** A configuration that cannot be read: {@code FILE:LINE: problem (expected: ...)}. */
public final class ImportException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ImportException(String file, int line, String problem, String expected) {
    super(file + ":" + line + ": " + problem + " (expected: " + expected + ")");
  }

  public ImportException(Statement at, String problem, String expected) {
    this(at.file(), at.line(), problem, expected);
  }
}
