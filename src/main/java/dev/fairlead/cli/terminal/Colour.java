package dev.fairlead.cli.terminal;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Colours of a terminal, by meaning: of the sixteen that every theme defines. */
public enum Colour {
  GOOD("32"),
  WARNING("33"),
  BAD("31"),
  HEADER("1"),
  PLACE("36"),
  SELECTED("7");

  private static final Map<String, Colour> STATES =
      Map.ofEntries(
          Map.entry("ready", GOOD),
          Map.entry("enabled", GOOD),
          Map.entry("not-ready", BAD),
          Map.entry("down", BAD),
          Map.entry("ejected", BAD),
          Map.entry("draining", WARNING),
          Map.entry("disabled", WARNING),
          Map.entry("removed", WARNING));

  private static final String RESET = "\u001b[0m";

  private final String begin;

  Colour(String code) {
    this.begin = "\u001b[" + code + "m";
  }

  /** {@code text} in this colour, by ECMA-48 (SGR). */
  public String of(String text) {
    return begin + text + RESET;
  }

  /** That of a state of a member, listener or backend; null = none. */
  public static @Nullable Colour ofState(String state) {
    return STATES.get(state);
  }
}
