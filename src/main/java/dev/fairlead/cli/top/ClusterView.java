package dev.fairlead.cli.top;

import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * What {@code top} shows of the cluster at one moment, with the fields of {@code GET /api/v1/live}.
 *
 * @param name of the member that answers
 * @param clusterWide whether the rates are those of the cluster, else of that member
 * @param revision {@code {revision, author}}
 * @param errorsPerSecond NaN = not known
 * @param problems of the configuration, one per line
 */
public record ClusterView(
    String name,
    boolean clusterWide,
    JsonObject revision,
    Sections sections,
    double errorsPerSecond,
    List<String> problems) {
  static final ClusterView NONE =
      new ClusterView(
          "-",
          true,
          new JsonObject(),
          new Sections(List.of(), List.of(), List.of()),
          Double.NaN,
          List.of());

  /** The rows. */
  public record Sections(
      List<JsonObject> members, List<JsonObject> listeners, List<JsonObject> pools) {}

  long sessions() {
    return Math.round(sum(sections.members, "sessions"));
  }

  /** The sum of a rate of the listeners; what is not known counts as 0. */
  double sumOfListeners(String rate) {
    return sum(sections.listeners, rate);
  }

  private static double sum(List<JsonObject> entries, String field) {
    return entries.stream().mapToDouble(one -> number(one, field)).sum();
  }

  /** 0 if it is absent or null. */
  static double number(JsonObject object, String field) {
    return object.getValue(field) instanceof Number number ? number.doubleValue() : 0;
  }
}
