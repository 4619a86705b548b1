package dev.fairlead.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The HTTP status codes of a healthy backend, at least one range: {@code 200,204,300-307}. */
public record StatusRanges(List<Range> ranges) {
  public static final StatusRanges DEFAULT = new StatusRanges(List.of(new Range(200, 399)));

  public static final String EXPECTED = "status codes such as 200-399 or 200,204, each 100 to 599";

  private static final int LOWEST = 100;
  private static final int HIGHEST = 599;
  private static final Pattern RANGE = Pattern.compile("(\\d{3})(?:-(\\d{3}))?");

  public StatusRanges {
    ranges = List.copyOf(ranges);
  }

  /** From {@code first} to {@code last}, both included. */
  public record Range(int first, int last) {
    private boolean isValid() {
      return first >= LOWEST && first <= last && last <= HIGHEST;
    }

    @Override
    public String toString() {
      return first == last ? String.valueOf(first) : first + "-" + last;
    }
  }

  public boolean contains(int status) {
    return ranges.stream().anyMatch(range -> range.first() <= status && status <= range.last());
  }

  /** Empty when {@code text} is not a list of codes and ranges. */
  public static Optional<StatusRanges> parse(String text) {
    List<Optional<Range>> parts =
        Arrays.stream(text.split(",", -1)).map(part -> range(part.strip())).toList();
    return parts.stream().allMatch(Optional::isPresent)
        ? Optional.of(new StatusRanges(parts.stream().map(Optional::get).toList()))
        : Optional.empty();
  }

  private static Optional<Range> range(String text) {
    Matcher matcher = RANGE.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int first = Integer.parseInt(matcher.group(1));
    int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
    return Optional.of(new Range(first, last)).filter(Range::isValid);
  }

  /** As a configuration writes it. */
  @Override
  public String toString() {
    return ranges.stream().map(Range::toString).collect(Collectors.joining(","));
  }
}
