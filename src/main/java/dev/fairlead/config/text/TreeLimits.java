package dev.fairlead.config.text;

import dev.fairlead.config.text.Tree.Place;

/**
 * Counts what a reader makes of one text and refuses what is too large or too deep, so that the
 * work and the memory for any text are bounded. One text, one thread.
 */
final class TreeLimits {
  /** Deepest nesting of maps and lists; a valid configuration needs 7. */
  static final int MAX_DEPTH = 64;

  /**
   * Most keys and values, those of YAML's aliases included: enough for 100,000 networks that four
   * listeners share, or for 100,000 backends. Raising it lets one push take more time and memory.
   */
  static final int MAX_VALUES = 500_000;

  private int values;
  private int depth;

  /** What a configuration may not contain, although its syntax is right. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Place place;

    Refused(Place place, String message) {
      super(message, null, false, false);
      this.place = place;
    }

    void report(Problems problems) {
      problems.add(place, "", String.valueOf(getMessage()));
    }
  }

  /** One key or value more; throws {@link Refused}. */
  void value(Place place) {
    values(1, place);
  }

  /** So many more; throws {@link Refused}. */
  void values(int more, Place place) {
    values += more;
    if (values > MAX_VALUES) {
      throw new Refused(place, "too long (expected: at most " + MAX_VALUES + " keys and values)");
    }
  }

  /** A map or list begins; throws {@link Refused}. */
  void enter(Place place) {
    value(place);
    depth++;
    fits(0, place);
  }

  void leave() {
    depth--;
  }

  /** Throws {@link Refused} if a tree of this height would be too deep here. */
  void fits(int height, Place place) {
    if (depth + height > MAX_DEPTH) {
      throw new Refused(place, "nested too deep (expected: " + MAX_DEPTH + " levels)");
    }
  }
}
