package dev.fairlead.cluster.sticky;

import dev.fairlead.pool.sticky.StickyTable.KeptNews;
import io.netty.util.NetUtil;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * News of one pool's sources, {@code {member, pool, kept: [[address, backend, stamp, ageMillis],
 * ...]}}; or, without a pool, the question of a new member for all there is, {@code {member}}.
 */
record StickyMessage(String member, @Nullable String pool, List<KeptNews> kept) {
  private static final String MEMBER = "member";
  private static final String POOL = "pool";
  private static final String KEPT = "kept";

  StickyMessage {
    kept = List.copyOf(kept);
  }

  static StickyMessage question(String member) {
    return new StickyMessage(member, null, List.of());
  }

  Buffer encode() {
    JsonObject json = new JsonObject().put(MEMBER, member);
    if (pool != null) {
      JsonArray rows = new JsonArray();
      kept.forEach(
          each ->
              rows.add(
                  new JsonArray()
                      .add(NetUtil.toAddressString(each.source()))
                      .add(each.backend())
                      .add(each.stamp())
                      .add(each.ageMillis())));
      json.put(POOL, pool).put(KEPT, rows);
    }
    return json.toBuffer();
  }

  /** Empty for anything else: every application of the cluster may write to the address. */
  static Optional<StickyMessage> parse(Object body) {
    if (!(body instanceof Buffer text)) {
      return Optional.empty();
    }
    try {
      JsonObject json = new JsonObject(text);
      String member = json.getString(MEMBER);
      JsonArray rows = json.getJsonArray(KEPT, new JsonArray());
      return member == null
          ? Optional.empty()
          : Optional.of(
              new StickyMessage(
                  member,
                  json.getString(POOL),
                  rows.stream().flatMap(StickyMessage::row).toList()));
    } catch (DecodeException | ClassCastException e) {
      return Optional.empty();
    }
  }

  private static Stream<KeptNews> row(Object row) {
    if (!(row instanceof JsonArray fields) || fields.size() < 4) {
      return Stream.empty();
    }
    String address = fields.getString(0);
    String backend = fields.getString(1);
    InetAddress source =
        address == null ? null : NetUtil.createInetAddressFromIpAddressString(address);
    if (source == null || backend == null) {
      return Stream.empty();
    }
    long stamp = Objects.requireNonNullElse(fields.getLong(2), 0L);
    long age = Objects.requireNonNullElse(fields.getLong(3), 0L);
    return Stream.of(new KeptNews(source, backend, stamp, age));
  }
}
