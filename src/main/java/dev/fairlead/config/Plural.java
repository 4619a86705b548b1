package dev.fairlead.config;

/** Numbers of things, in English. */
public final class Plural {
  private Plural() {}

  /** {@code 1 member}, {@code 2 members}: for nouns that only take an s. */
  public static String of(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
