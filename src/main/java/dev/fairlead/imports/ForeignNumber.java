package dev.fairlead.imports;

import java.math.BigInteger;

/** Whole numbers of a configuration that is imported. */
public final class ForeignNumber {
  private static final BigInteger MOST = BigInteger.valueOf(Integer.MAX_VALUE);

  private ForeignNumber() {}

  /**
   * As the result has it: a number, at most {@link Integer#MAX_VALUE}; else the text, which has
   * variables, or is refused when the result is checked.
   */
  public static Object show(String text) {
    return text.matches("\\d+") ? (Object) new BigInteger(text).min(MOST).intValue() : text;
  }

  /**
   * The same of a parameter called {@code name}, which is a number or has variables.
   *
   * @throws ImportException for anything else
   */
  public static Object of(Statement at, String name, String text) {
    if (!text.matches("\\d{1,9}|\\$\\{.*}")) {
      throw refused(at, name, text, "a whole number");
    }
    return show(text);
  }

  /**
   * The same where it is calculated with, from 0 to 999,999,999.
   *
   * @throws ImportException for anything else, variables included
   */
  public static int known(Statement at, String name, String text) {
    if (!text.matches("\\d{1,9}")) {
      throw refused(at, name, text, "a whole number, without variables");
    }
    return Integer.parseInt(text);
  }

  private static ImportException refused(Statement at, String name, String text, String expected) {
    return new ImportException(at, name + " '" + text + "'", expected);
  }
}
