package dev.fairlead.cluster.health;

import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The verdicts of the peers' probers, from their rows. On the cluster's context only. */
final class PeerVerdicts {
  /** By member and key of the backend. */
  private final Map<String, Map<String, Verdict>> rows = new HashMap<>();

  /** Applies the changes of a row; returns whether the member had none before. */
  boolean changed(String member, JsonObject fields) {
    boolean isNew = !rows.containsKey(member);
    Map<String, Verdict> row = rows.computeIfAbsent(member, any -> new HashMap<>());
    fields
        .getMap()
        .forEach(
            (key, field) ->
                Verdict.parse(field)
                    .ifPresentOrElse(verdict -> row.put(key, verdict), () -> row.remove(key)));
    return isNew;
  }

  void gone(String member) {
    rows.remove(member);
  }

  Set<String> members() {
    return rows.keySet();
  }

  /** Null = not decided, or no prober. */
  @Nullable Verdict verdict(String member, String key) {
    Map<String, Verdict> row = rows.get(member);
    return row == null ? null : row.get(key);
  }

  /** All verdicts on {@code key}, also of members that are no probers of it any more. */
  List<Verdict> verdicts(String key) {
    return rows.values().stream().map(row -> row.get(key)).filter(Objects::nonNull).toList();
  }
}
