package dev.fairlead.cli.terminal;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A column of a {@link TextTable}.
 *
 * @param name in capitals, without spaces
 * @param hidden shown with {@code -o wide} only
 */
public record Column(String name, Format format, boolean hidden) {

  /** What the values of a column are. */
  public enum Format {
    TEXT,
    /** A word of {@link Colour#ofState}. */
    STATE,
    /** A number that is shown complete: a weight, a revision. */
    NUMBER,
    COUNT,
    BYTES,
    BYTES_PER_SECOND,
    PER_SECOND,
    SECONDS,
    MILLISECONDS,
    /** Days left: a warning from 14 on. */
    DAYS
  }

  private static final int FEW_DAYS = 14;
  private static final String NOTHING = "-";

  public Column(String name, Format format) {
    this(name, format, false);
  }

  /** A column of text. */
  public static Column text(String name) {
    return new Column(name, Format.TEXT);
  }

  /** A column of numbers that may be large. */
  public static Column count(String name) {
    return new Column(name, Format.COUNT);
  }

  /** The same, shown with {@code -o wide} only. */
  public Column onlyWide() {
    return new Column(name, format, true);
  }

  boolean isNumber() {
    return format != Format.TEXT && format != Format.STATE;
  }

  /** Without colours and control characters; null and empty are {@code -}. */
  String cell(@Nullable Object value, boolean units) {
    String text =
        value instanceof Number number && isNumber()
            ? number(number, units)
            : value == null ? "" : AnswerText.printable(value.toString());
    return text.isEmpty() ? NOTHING : text;
  }

  private String number(Number value, boolean units) {
    long whole = Math.round(value.doubleValue());
    return switch (format) {
      case SECONDS -> AnswerText.duration(whole);
      case PER_SECOND ->
          units
              ? Quantity.rate(value.doubleValue())
              : String.format(Locale.ROOT, "%.1f", value.doubleValue());
      case COUNT -> units ? Quantity.count(whole) : String.valueOf(whole);
      case BYTES -> units ? Quantity.bytes(whole) : String.valueOf(whole);
      case BYTES_PER_SECOND -> units ? Quantity.bytes(whole) + "/s" : String.valueOf(whole);
      case MILLISECONDS -> milliseconds(value.doubleValue()) + (units ? " ms" : "");
      default -> String.valueOf(whole);
    };
  }

  /** With a tenth below ten: most connects take less than one. */
  private static String milliseconds(double value) {
    return value < 10
        ? String.format(Locale.ROOT, "%.1f", value)
        : String.valueOf(Math.round(value));
  }

  /** That of a value; null = none. */
  @Nullable Colour colour(@Nullable Object value) {
    if (format == Format.STATE && value != null) {
      return Colour.ofState(value.toString());
    }
    if (format == Format.DAYS && value instanceof Number days) {
      return days.longValue() < 0
          ? Colour.BAD
          : days.longValue() < FEW_DAYS ? Colour.WARNING : null;
    }
    return null;
  }
}
