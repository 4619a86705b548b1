package dev.fairlead.cluster.rows;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what a {@link PeerRows.RowListener} is told, as {@code a {"x":1}}, {@code gone a}. */
final class HeardRows implements PeerRows.RowListener {
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

  /** What was heard since this was last asked. */
  List<String> take() {
    List<String> taken = List.copyOf(heard);
    heard.clear();
    return taken;
  }
}
