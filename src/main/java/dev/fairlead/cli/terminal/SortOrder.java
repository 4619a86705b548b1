package dev.fairlead.cli.terminal;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** By which column the rows of a table are sorted; what has no value is last. */
public record SortOrder(Column column, boolean descending) {

  /**
   * Reads {@code COLUMN}, {@code COLUMN:asc} or {@code COLUMN:desc}, in any case.
   *
   * @throws IllegalArgumentException with what was expected
   */
  public static SortOrder of(String text, List<Column> columns) {
    int colon = text.indexOf(':');
    String name = (colon < 0 ? text : text.substring(0, colon)).toUpperCase(Locale.ROOT);
    String direction = colon < 0 ? "asc" : text.substring(colon + 1);
    if (!direction.equals("asc") && !direction.equals("desc")) {
      throw new IllegalArgumentException(text + " (expected: COLUMN, COLUMN:asc or COLUMN:desc)");
    }
    return columns.stream()
        .filter(column -> column.name().equals(name))
        .findFirst()
        .map(column -> new SortOrder(column, direction.equals("desc")))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    text
                        + " (expected: one of "
                        + columns.stream().map(Column::name).collect(Collectors.joining(", "))
                        + ")"));
  }

  /** Numbers by size, everything else as text. */
  public Comparator<@Nullable Object> comparator() {
    Comparator<Object> values =
        (one, other) ->
            one instanceof Number a && other instanceof Number b
                ? Double.compare(a.doubleValue(), b.doubleValue())
                : one.toString().compareTo(other.toString());
    return Comparator.nullsLast(descending ? values.reversed() : values);
  }
}
