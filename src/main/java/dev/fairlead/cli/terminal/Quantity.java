package dev.fairlead.cli.terminal;

import java.util.Locale;

/** Numbers with units, three or four digits long. */
public final class Quantity {
  private static final String[] THOUSANDS = {"", "k", "M", "G", "T", "P", "E"};
  private static final String[] BINARY = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};

  private Quantity() {}

  /** {@code 0}, {@code 999}, {@code 1.2k}, {@code 17.8k}, {@code 178k}, {@code 1.8M}. */
  public static String count(long number) {
    return scaled(number, 1000, THOUSANDS);
  }

  /** {@code 100 B}, {@code 7.0 KiB}, {@code 14.1 MiB}. */
  public static String bytes(long number) {
    return scaled(number, 1024, BINARY);
  }

  /** {@code 0.0}, {@code 39.8}, {@code 1.2k}. */
  public static String rate(double perSecond) {
    return perSecond < 999.95
        ? String.format(Locale.ROOT, "%.1f", perSecond)
        : count(Math.round(perSecond));
  }

  private static String scaled(long number, int base, String[] units) {
    if (Math.abs(number) < base) {
      return number + units[0];
    }
    double value = number;
    int unit = 0;
    // What is shown as 1000 of a unit is 1 of the next.
    while (Math.abs(value) >= base - 0.5 && unit < units.length - 1) {
      value /= base;
      unit++;
    }
    String digits = Math.abs(value) < 99.95 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, digits, value) + units[unit];
  }
}
