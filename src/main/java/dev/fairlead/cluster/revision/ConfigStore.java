package dev.fairlead.cluster.revision;

import dev.fairlead.config.Revision;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The revisions in the shared map: the newest, which is only ever replaced by compare-and-set, and
 * the last {@link #KEPT}. Whoever replaces a revision puts the old one into the history first, so
 * that no revision is lost whoever dies when. On the cluster's context.
 */
public final class ConfigStore {
  public static final String MAP = "fairlead.config";

  /** So many revisions are in the history, the newest among them. */
  static final int KEPT = 20;

  private static final String NEWEST = "newest";
  private static final String PAST = "past/";

  private final Vertx vertx;
  private final AsyncMap<String, String> map;
  private final RevisionCodec codec;
  private StoredRevision lastRead = new StoredRevision(null, null);

  public ConfigStore(Vertx vertx, AsyncMap<String, String> map, RevisionCodec codec) {
    this.vertx = vertx;
    this.map = map;
    this.codec = codec;
  }

  public Future<StoredRevision> newest() {
    return map.get(NEWEST).map(this::read);
  }

  /** The same text is asked for every second: it is read, and its signature checked, once. */
  private StoredRevision read(String value) {
    if (!Objects.equals(value, lastRead.value())) {
      lastRead = new StoredRevision(value, codec.read(value));
    }
    return lastRead;
  }

  /**
   * Puts {@code next} in the place of {@code expected}.
   *
   * @return true when {@code next} stands there now; fails when that can't be known
   */
  public Future<Boolean> replace(StoredRevision expected, Revision next) {
    return remember(expected.revision())
        .compose(done -> swap(expected.value(), codec.write(next)))
        .transform(
            swapped ->
                swapped.succeeded() && swapped.result()
                    ? Future.succeededFuture(true)
                    : isThere(next));
  }

  /** Writes the newest revision anew, with something noted that does not make it another. */
  Future<Boolean> note(StoredRevision expected, Revision noted) {
    return swap(expected.value(), codec.write(noted));
  }

  /** A false or lost answer says nothing: the swap may have been done and repeated. */
  private Future<Boolean> isThere(Revision revision) {
    return newest()
        .compose(
            now ->
                now.revision() != null && now.revision().id().equals(revision.id())
                    ? Future.succeededFuture(true)
                    // Whoever was next has put it into the history first.
                    : map.get(key(revision)).map(Objects::nonNull));
  }

  private Future<Boolean> swap(String before, String after) {
    return before == null
        ? map.putIfAbsent(NEWEST, after).map(Objects::isNull)
        : map.replaceIfPresent(NEWEST, before, after);
  }

  /** Has the revision in the history; null = nothing to remember. */
  Future<Void> remember(Revision revision) {
    return revision == null ? Future.succeededFuture() : remember(List.of(revision));
  }

  /** Has all of them in the history, as far as it reaches. */
  Future<Void> remember(List<Revision> revisions) {
    if (revisions.isEmpty()) {
      return Future.succeededFuture();
    }
    return Future.join(
            revisions.stream().map(each -> map.putIfAbsent(key(each), codec.write(each))).toList())
        .compose(before -> forgetOldest());
  }

  private Future<Void> forgetOldest() {
    return map.keys()
        .compose(
            keys -> {
              List<String> past =
                  keys.stream().filter(key -> key.startsWith(PAST)).sorted().toList();
              int tooMany = Math.max(0, past.size() - KEPT);
              return Future.join(past.subList(0, tooMany).stream().map(map::remove).toList());
            })
        .mapEmpty();
  }

  /** The last {@link #KEPT} revisions, the newest first. */
  public Future<List<PastRevision>> history() {
    return map.entries().compose(all -> vertx.executeBlocking(() -> history(all)));
  }

  /**
   * Signs what is signed with the second line of the secret with its first, so that the second can
   * be taken out when every member has been started with the two.
   */
  public Future<Void> signAnew() {
    return map.entries()
        .compose(all -> vertx.executeBlocking(() -> codec.signedAnew(all)))
        .compose(
            signed ->
                Future.join(
                    signed.stream()
                        .map(each -> map.replaceIfPresent(each.key(), each.before(), each.after()))
                        .toList()))
        .mapEmpty();
  }

  private List<PastRevision> history(Map<String, String> entries) {
    Revision newest = codec.read(entries.get(NEWEST));
    Map<String, Revision> byId = new HashMap<>();
    entries.forEach(
        (key, value) -> {
          Revision revision = key.startsWith(PAST) ? codec.read(value) : newest;
          if (revision != null) {
            byId.put(revision.id(), revision);
          }
        });
    List<Revision> line = line(newest, byId);
    long oldest = line.isEmpty() ? 0 : line.get(line.size() - 1).revision();
    return byId.values().stream()
        .sorted(
            Comparator.comparingLong(Revision::revision).thenComparing(Revision::time).reversed())
        .limit(KEPT)
        .map(each -> new PastRevision(each, !line.contains(each) && each.revision() >= oldest))
        .toList();
  }

  /** The newest and those it came from, as far as they are known. */
  private static List<Revision> line(Revision newest, Map<String, Revision> byId) {
    List<Revision> line = new ArrayList<>();
    Revision next = newest;
    while (next != null) {
      line.add(next);
      Revision parent = byId.get(next.parent());
      // What anybody wrote into the map must not lead in a circle.
      next = parent != null && parent.revision() < next.revision() ? parent : null;
    }
    return line;
  }

  /** Sorts by number. */
  private static String key(Revision revision) {
    return String.format(Locale.ROOT, "%s%019d/%s", PAST, revision.revision(), revision.id());
  }
}
