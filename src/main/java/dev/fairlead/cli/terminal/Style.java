package dev.fairlead.cli.terminal;

/**
 * How text is printed.
 *
 * @param colours with escape sequences; what they say is also said in words
 * @param units for people: numbers such as {@code 17.8k}, aligned to the right; else complete ones
 * @param wide with the columns that are hidden otherwise
 */
public record Style(boolean colours, boolean units, boolean wide) {
  /** For programs. */
  public static final Style PLAIN = new Style(false, false, false);

  /** {@code text} in this colour if colours are wanted. */
  public String painted(Colour colour, String text) {
    return colours ? colour.of(text) : text;
  }
}
