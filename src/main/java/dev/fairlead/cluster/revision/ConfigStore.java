package dev.fairlead.cluster.revision;

import dev.fairlead.config.Revision;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest revision in the shared map, which is only ever replaced by compare-and-set. The old
 * one is put into the {@link RevisionHistory} before it is replaced: otherwise it would be lost
 * with a member that dies between the two.
 *
 * <p>A second entry, the pointer, names the newest revision in some 100 bytes, so that members do
 * not transfer the whole each second. It is a hint only, written after the newest: a writer that
 * dies, a late write, or a merge leave it wrong. It is corrected by the next member that finds it
 * different from what it knows, and every {@link #WHOLE_EVERY}th time it is not used.
 *
 * <p>On the cluster's context; documents are encoded and decoded on workers.
 */
final class ConfigStore {
  static final String MAP = "fairlead.config";

  /**
   * Every so many reads, one each second, the whole entry is read: a change that neither a hint nor
   * the pointer shows, such as one by a foreign node, is found then. Raising it transfers large
   * configurations less often, at the expense of that time.
   */
  static final int WHOLE_EVERY = 5;

  static final String NEWEST = "newest";
  static final String POINTER = "newest.id";

  private static final Logger LOG = LoggerFactory.getLogger(ConfigStore.class);

  private final Vertx vertx;
  private final AsyncMap<String, String> map;
  private final RevisionCodec codec;
  private final RevisionHistory history;

  /** The same text is read again and again; it is decoded and its signature checked once. */
  private StoredRevision lastRead = StoredRevision.NONE;

  private int byPointer;

  /** The newest entry; {@code revision}, {@code pointer} are null without a valid signature. */
  record StoredRevision(
      @Nullable String value, @Nullable Revision revision, @Nullable String pointer) {
    static final StoredRevision NONE = new StoredRevision(null, null, null);

    /** Hashes the whole value, so for workers. */
    static StoredRevision of(@Nullable String value, @Nullable Revision revision) {
      if (value == null || revision == null) {
        return new StoredRevision(value, null, null);
      }
      String hash = Integer.toHexString(value.hashCode());
      return new StoredRevision(
          value, revision, revision.revision() + "/" + revision.id() + "/" + hash);
    }
  }

  ConfigStore(Vertx vertx, AsyncMap<String, String> map, RevisionCodec codec) {
    this.vertx = vertx;
    this.map = map;
    this.codec = codec;
    this.history = new RevisionHistory(vertx, map, codec);
  }

  RevisionHistory history() {
    return history;
  }

  Future<StoredRevision> newest() {
    return map.get(NEWEST).compose(this::decode);
  }

  /** The newest revision by the pointer, which may be wrong for {@link #WHOLE_EVERY} seconds. */
  Future<StoredRevision> newestByPointer() {
    boolean whole = ++byPointer % WHOLE_EVERY == 0;
    return map.get(POINTER)
        .compose(
            pointer ->
                pointer != null && pointer.equals(lastRead.pointer()) && !whole
                    ? Future.succeededFuture(lastRead)
                    : newest().onSuccess(stored -> correctPointer(pointer, stored)));
  }

  private Future<StoredRevision> decode(@Nullable String value) {
    if (Objects.equals(value, lastRead.value())) {
      return Future.succeededFuture(lastRead);
    }
    return vertx
        .executeBlocking(() -> StoredRevision.of(value, codec.read(value)))
        .onSuccess(stored -> lastRead = stored);
  }

  /**
   * By compare-and-set, so that a late correction does not undo a later one. If it is of a revision
   * that is replaced meanwhile, the member that replaced it corrects it in turn.
   */
  private void correctPointer(@Nullable String before, StoredRevision stored) {
    String pointer = stored.pointer();
    if (pointer != null && !pointer.equals(before)) {
      swap(POINTER, before, pointer)
          .onFailure(cause -> LOG.debug("pointer to the newest revision not written", cause));
    }
  }

  /** Succeeds with true when {@code next} is or was the newest; fails when that can't be known. */
  Future<Boolean> replace(StoredRevision expected, Revision next) {
    return history
        .add(expected.revision() == null ? List.of() : List.of(expected.revision()))
        .compose(
            added ->
                swapNewest(expected, next)
                    .transform(
                        swapped ->
                            swapped.succeeded() && swapped.result()
                                ? Future.succeededFuture(true)
                                : wasStored(next)));
  }

  /** {@link #replace} that leaves the history as it is: for a note on the same revision. */
  Future<Boolean> swapNewest(StoredRevision expected, Revision next) {
    return vertx
        .executeBlocking(() -> StoredRevision.of(codec.write(next), next))
        .compose(
            written ->
                swap(NEWEST, expected.value(), Objects.requireNonNull(written.value()))
                    .onSuccess(
                        swapped -> {
                          if (swapped) {
                            lastRead = written;
                            correctPointer(expected.pointer(), written);
                          }
                        }));
  }

  /** A false or lost answer proves nothing: the swap may have been done and repeated. */
  private Future<Boolean> wasStored(Revision revision) {
    return newest()
        .compose(
            now ->
                now.revision() != null && now.revision().id().equals(revision.id())
                    ? Future.succeededFuture(true)
                    // The member that replaced it has put it into the history first.
                    : history.has(revision));
  }

  private Future<Boolean> swap(String key, @Nullable String before, String after) {
    return before == null
        ? map.putIfAbsent(key, after).map(Objects::isNull)
        : map.replaceIfPresent(key, before, after);
  }

  /** Signs with the secret's first line what has its second, so that the second can be removed. */
  Future<Void> signAnew() {
    return map.entries()
        .compose(entries -> vertx.executeBlocking(() -> resigned(entries)))
        .compose(swaps -> Future.join(swaps.stream().map(Supplier::get).toList()))
        .mapEmpty();
  }

  private List<Supplier<Future<Boolean>>> resigned(Map<String, String> entries) {
    List<Supplier<Future<Boolean>>> swaps = new ArrayList<>();
    entries.forEach(
        (key, value) -> {
          String after = key.equals(POINTER) ? null : codec.resigned(value);
          if (after != null) {
            swaps.add(() -> map.replaceIfPresent(key, value, after));
          }
        });
    return swaps;
  }
}
