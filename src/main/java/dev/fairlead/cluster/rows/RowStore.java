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
 * The shared map of whole rows, {@code {seq, fields}} by member id. On the cluster's context only.
 *
 * <p>A hung member may own a partition of the map. Therefore each access has a time limit, and at
 * most one write and one read of each row are pending; without that, accesses would pile up until
 * the workers of Hazelcast are all blocked.
 */
public final class RowStore {
  /**
   * The map drops a row that was not written for this time. Raising it keeps the rows of crashed
   * members; below a few times {@link #REWRITE} it loses live rows whenever the map is slow.
   */
  static final Duration TIME_TO_LIVE = Duration.ofSeconds(30);

  /**
   * A row that stays the same is written again after this time. Raising it leaves a new member
   * without a row that the map has lost until the next message; lowering it costs writes.
   */
  static final Duration REWRITE = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(RowStore.class);

  /** Raising it skips more writes, one a second, after a lost answer; lowering it gives up more. */
  private static final int LIMIT_SECONDS = 3;

  private static final String SEQ = "seq";
  private static final String FIELDS = "fields";

  private final AsyncMap<String, String> map;
  private final RowOutage outage;
  private final Map<String, Future<Optional<StoredRow>>> pendingReads = new HashMap<>();
  private Future<Void> lastWrite = Future.succeededFuture();

  RowStore(AsyncMap<String, String> map, RowOutage outage) {
    this.map = map;
    this.outage = outage;
  }

  public record StoredRow(long seq, JsonObject fields) {}

  /** Writes a row, unless a write is pending: then the result is that of the pending one. */
  Future<Void> put(String member, StoredRow row) {
    if (lastWrite.isComplete()) {
      String text = new JsonObject().put(SEQ, row.seq).put(FIELDS, row.fields).encode();
      lastWrite =
          TimeLimit.seconds(LIMIT_SECONDS, () -> map.put(member, text, TIME_TO_LIVE.toMillis()));
      lastWrite.onComplete(done -> outage.ended(this, done.cause()));
    }
    return lastWrite;
  }

  boolean isWriting() {
    return !lastWrite.isComplete();
  }

  /** Reads a row, or joins the pending read of it. A text that is no row counts as none. */
  Future<Optional<StoredRow>> get(String member) {
    Future<Optional<StoredRow>> pending = pendingReads.get(member);
    if (pending != null) {
      return pending;
    }
    Future<Optional<StoredRow>> read =
        TimeLimit.seconds(LIMIT_SECONDS, () -> map.get(member))
            .map(text -> Optional.ofNullable(text).flatMap(RowStore::parse));
    pendingReads.put(member, read);
    return read.onComplete(done -> pendingReads.remove(member))
        .onFailure(e -> LOG.debug("the row of {} could not be read", member, e));
  }

  /** {@link #get} that begins after this call: a pending read may return an older row. */
  Future<Optional<StoredRow>> getAnew(String member) {
    Future<Optional<StoredRow>> pending = pendingReads.get(member);
    return pending == null ? get(member) : pending.transform(done -> get(member));
  }

  /** Removes a row after the pending write. Never fails: a row that stays expires. */
  Future<Void> remove(String member) {
    return lastWrite
        .transform(done -> TimeLimit.seconds(LIMIT_SECONDS, () -> map.remove(member)))
        .onFailure(e -> LOG.debug("the row of {} could not be removed", member, e))
        .transform(done -> Future.succeededFuture());
  }

  private static Optional<StoredRow> parse(String text) {
    try {
      JsonObject json = new JsonObject(text);
      Long seq = json.getLong(SEQ);
      JsonObject fields = json.getJsonObject(FIELDS);
      return seq == null || fields == null
          ? Optional.empty()
          : Optional.of(new StoredRow(seq, fields));
    } catch (DecodeException | ClassCastException e) {
      LOG.debug("not a row: {}", text, e);
      return Optional.empty();
    }
  }
}
