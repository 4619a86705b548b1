package dev.fairlead.imports;

/**
 * A name that Fairlead takes: without spaces, slashes, brackets and control characters.
 *
 * <pre>
 * web    /run/a b.sock   x: [y]
 * web    run-a-b.sock    x:-y
 * </pre>
 */
public final class ForeignName {
  /** Leaves room for what makes it the only one. */
  private static final int MOST = 80;

  private ForeignName() {}

  /** {@code text} itself if it is one. */
  public static String of(String text) {
    String joined = text.replaceAll("[\\s/\\[\\]\\p{C}]+", "-");
    String name = joined.equals(text) ? text : joined.replaceAll("^-|-$", "");
    int end = name.offsetByCodePoints(0, Math.min(MOST, name.codePointCount(0, name.length())));
    return name.isEmpty() ? "unnamed" : name.substring(0, end);
  }
}
