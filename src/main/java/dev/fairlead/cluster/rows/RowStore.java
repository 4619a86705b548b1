package dev.fairlead.cluster.rows;

import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.AsyncMap;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shared map with the whole rows, {@code {seq, fields}} by member. On the cluster's context
 * only. A member that hangs may hold a part of the map, so each access has a time limit, and there
 * is one write under way at most and one read of each row.
 */
public final class RowStore {
  /** An owner that does not rewrite its row loses it after this. */
  static final Duration TIME_TO_LIVE = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(RowStore.class);
  private static final int LIMIT_SECONDS = 3;
  private static final String SEQ = "seq";
  private static final String FIELDS = "fields";

  private final AsyncMap<String, String> map;
  private final Map<String, Future<Optional<Stored>>> reading = new HashMap<>();
  private Future<Void> writing = Future.succeededFuture();

  /** So that the log hears of a trouble once. */
  private boolean troubled;

  RowStore(AsyncMap<String, String> map) {
    this.map = map;
  }

  /** A row as it was stored. */
  public record Stored(long seq, JsonObject fields) {}

  /** Writes a row, unless the write before is still under way. */
  Future<Void> put(String member, Stored row) {
    if (writing.isComplete()) {
      String text = new JsonObject().put(SEQ, row.seq).put(FIELDS, row.fields).encode();
      writing =
          TimeLimit.seconds(LIMIT_SECONDS, () -> map.put(member, text, TIME_TO_LIVE.toMillis()));
      writing.onComplete(done -> written(member, done.cause()));
    }
    return writing;
  }

  /** Reads a row, or waits for the read that is under way. Fails when the map can't say. */
  Future<Optional<Stored>> get(String member) {
    Future<Optional<Stored>> underWay = reading.get(member);
    if (underWay != null) {
      return underWay;
    }
    Future<Optional<Stored>> read =
        TimeLimit.seconds(LIMIT_SECONDS, () -> map.get(member))
            .map(text -> Optional.ofNullable(text).map(RowStore::parse));
    reading.put(member, read);
    return read.onComplete(done -> reading.remove(member))
        .onFailure(e -> LOG.debug("the shared row of {} can't be read", member, e));
  }

  /** {@link #get} as it is after this call: a read that is under way may be of before. */
  Future<Optional<Stored>> getAnew(String member) {
    Future<Optional<Stored>> underWay = reading.get(member);
    return underWay == null ? get(member) : underWay.transform(done -> get(member));
  }

  /** Removes a row once the write before is over. Never fails: an ownerless row expires. */
  Future<Void> remove(String member) {
    return writing
        .transform(done -> TimeLimit.seconds(LIMIT_SECONDS, () -> map.remove(member)))
        .<Void>mapEmpty()
        .otherwise(
            e -> {
              LOG.debug("the shared row of {} can't be removed", member, e);
              return null;
            });
  }

  private void written(String member, Throwable cause) {
    if (cause != null && !troubled) {
      LOG.warn("the shared row of {} can't be written: {}", member, cause.toString());
    } else if (cause == null && troubled) {
      LOG.info("the shared row of {} is written again", member);
    }
    troubled = cause != null;
  }

  /** Null for a text that is no row. */
  private static Stored parse(String text) {
    try {
      JsonObject json = new JsonObject(text);
      Long seq = json.getLong(SEQ);
      JsonObject fields = json.getJsonObject(FIELDS);
      return seq == null || fields == null ? null : new Stored(seq, fields);
    } catch (DecodeException | ClassCastException e) {
      LOG.debug("not a shared row: {}", text, e);
      return null;
    }
  }
}
