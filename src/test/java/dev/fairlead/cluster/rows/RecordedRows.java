package dev.fairlead.cluster.rows;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Records the calls of a {@link PeerRows.RowListener} as {@code a {"x":1}}, {@code gone a}. */
final class RecordedRows implements PeerRows.RowListener {
  private final List<String> heard = new CopyOnWriteArrayList<>();

  @Override
  public void changed(String member, JsonObject fields) {
    heard.add(member + " " + fields.encode());
  }

  @Override
  public void gone(String member) {
    heard.add("gone " + member);
  }

  @Override
  public void second() {}

  List<String> heard() {
    return heard;
  }

  /** The calls since the last one of this method. */
  List<String> take() {
    List<String> taken = List.copyOf(heard);
    heard.clear();
    return taken;
  }
}
