package dev.fairlead.cluster.load;

import dev.fairlead.admission.SourceLimit;
import dev.fairlead.cluster.rows.OwnRow;
import io.netty.util.NetUtil;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * This member's row of sources: {@code LISTENER/ADDRESS} -> live connections here, of those that
 * have a quarter of their limit or more. Looking for changes allocates nothing for a source whose
 * count is the same. On the cluster's context only.
 */
final class SourceRow implements OwnRow {
  private Map<SourceLimit, ToldSources> parts = Map.of();

  /** Sources that were told and whose listener is not configured any more. */
  private final List<String> gone = new ArrayList<>();

  static String key(String listener, InetAddress source) {
    return listener + "/" + NetUtil.toAddressString(source);
  }

  /** The row has the sources of {@code limits} from now on. */
  void limits(List<SourceLimit> limits) {
    Map<SourceLimit, ToldSources> before = new LinkedHashMap<>(parts);
    Map<SourceLimit, ToldSources> next = new LinkedHashMap<>();
    for (SourceLimit limit : limits) {
      ToldSources known = before.remove(limit);
      next.put(limit, Objects.requireNonNullElseGet(known, () -> new ToldSources(limit)));
    }
    before.values().forEach(part -> gone.addAll(part.keys()));
    parts = next;
  }

  @Override
  public JsonObject changes() {
    JsonObject changes = new JsonObject();
    gone.forEach(changes::putNull);
    gone.clear();
    parts.values().forEach(part -> part.changes(changes));
    return changes;
  }

  @Override
  public JsonObject whole() {
    JsonObject row = new JsonObject();
    parts.values().forEach(part -> part.whole(row));
    return row;
  }
}
