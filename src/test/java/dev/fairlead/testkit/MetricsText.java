package dev.fairlead.testkit;

/** Reads what {@code /metrics} writes. */
public final class MetricsText {
  private MetricsText() {}

  /** The value of one metric with its labels; 0 = it is not there. */
  public static double value(String text, String series) {
    return text.lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .findFirst()
        .orElse(0);
  }
}
