package dev.fairlead.cluster.health;

import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What the other members' probers say, by their rows. On the cluster's context only. */
final class PeerVerdicts {
  /** Member -> key of the backend -> verdict. */
  private final Map<String, Map<String, Verdict>> rows = new HashMap<>();

  /**
   * Takes what changed in a row.
   *
   * @return whether the member had none before
   */
  boolean changed(String member, JsonObject fields) {
    boolean isNew = !rows.containsKey(member);
    Map<String, Verdict> row = rows.computeIfAbsent(member, any -> new HashMap<>());
    fields
        .getMap()
        .forEach(
            (key, field) -> {
              Verdict verdict = Verdict.parse(field);
              if (verdict == null) {
                row.remove(key);
              } else {
                row.put(key, verdict);
              }
            });
    return isNew;
  }

  void gone(String member) {
    rows.remove(member);
  }

  /** Those that have a row. */
  Set<String> members() {
    return rows.keySet();
  }

  /** Null = it has not decided, or does not probe. */
  Verdict verdict(String member, String key) {
    Map<String, Verdict> row = rows.get(member);
    return row == null ? null : row.get(key);
  }

  /** All there are of {@code key}, whoever is to probe it. */
  List<Verdict> verdicts(String key) {
    return rows.values().stream().map(row -> row.get(key)).filter(Objects::nonNull).toList();
  }
}
