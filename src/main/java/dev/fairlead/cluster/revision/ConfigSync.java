package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.revision.ConfigStore.StoredRevision;
import dev.fairlead.config.Problem;
import dev.fairlead.config.Revision;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Anti-entropy: keeps this member at the cluster's newest revision, and the cluster at the newest
 * this member knows. They are compared every second, at every hint and after a split. The higher
 * number wins; of two documents with one number the later one, then the one with the greater id, is
 * stored again as the next revision, and the other stays in the history. So after any split, merge
 * or death all members reach one revision, and none returns to a lower one.
 *
 * <p>On the cluster's context, except {@link #applied} and {@link #trouble}: any thread.
 */
final class ConfigSync {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigSync.class);

  /** Of two revisions with one number the greatest stays. */
  private static final Comparator<Revision> STRONGER =
      Comparator.comparing(Revision::time).thenComparing(Revision::id);

  private final ConfigStore store;
  private final PreparedConfig prepared;
  private final RevisionLog log;
  private final BiConsumer<Revision, @Nullable Revision> onApplied;

  /** The newest this member knows of; null before the start. */
  private @Nullable Revision newest;

  /** The revision that lost after a split, until it is reported with the next one in force. */
  private @Nullable Revision superseded;

  private volatile @Nullable Revision applied;
  private volatile @Nullable Trouble trouble;

  /** The comparison under way; complete when there is none. */
  private Future<Void> run = Future.succeededFuture();

  /** Another comparison was asked for while one was under way. */
  private boolean again;

  /** The next comparison reads the newest revision whole, without the pointer. */
  private boolean whole;

  /** Limits the log to one line for each outage. */
  private boolean isFailing;

  private boolean stopped;
  private final List<AwaitedRevision> awaited = new ArrayList<>();

  private record AwaitedRevision(long revision, String id, Promise<Void> promise) {}

  /** Why the newest revision is not in force here, and since when it has been tried. */
  record Trouble(Revision revision, String message, long sinceNanos) {}

  /** {@code onApplied} is given each revision in force, and the one that lost to it in a split. */
  ConfigSync(
      ConfigStore store,
      PreparedConfig prepared,
      RevisionLog log,
      BiConsumer<Revision, @Nullable Revision> onApplied) {
    this.store = store;
    this.prepared = prepared;
    this.log = log;
    this.onApplied = onApplied;
  }

  @Nullable Revision applied() {
    return applied;
  }

  @Nullable Trouble trouble() {
    return trouble;
  }

  /** Offers {@code own}, if any, and puts the newest in force; fails when this machine can't. */
  Future<Void> start(@Nullable Revision own) {
    newest = own;
    return sync()
        .compose(
            done ->
                applied != null
                    ? Future.succeededFuture()
                    : Future.failedFuture(new IllegalStateException("no revision to begin with")));
  }

  /** Puts no further revision in force. */
  Future<Void> stop() {
    stopped = true;
    return run.otherwiseEmpty().compose(done -> prepared.close());
  }

  /** Whether revision {@code number} is in force here, as the newest, and the map can be read. */
  boolean isSettled(long number) {
    Revision now = applied;
    return now != null
        && now.equals(newest)
        && now.revision() == number
        && !isFailing
        && trouble == null;
  }

  /** Compares with the shared map now, or once more if a comparison runs; fails if it fails. */
  Future<Void> sync() {
    whole = true;
    return poll();
  }

  /** As {@link #sync}, except that it trusts the store's pointer to the newest revision. */
  Future<Void> poll() {
    if (!run.isComplete()) {
      again = true;
      return run;
    }
    Promise<Void> promise = Promise.promise();
    run = promise.future();
    compareUntilDone().onComplete(this::logOutage).onComplete(promise);
    return promise.future();
  }

  /** A revision that can't be put in force is a {@link Trouble}, and logged as such. */
  private void logOutage(AsyncResult<Void> compared) {
    if (compared.succeeded()) {
      if (isFailing) {
        LOG.info("the configuration is compared with that of the cluster again");
      }
      isFailing = false;
    } else if (!isFailing && trouble == null) {
      isFailing = true;
      LOG.warn("the configuration can't be compared with that of the cluster", compared.cause());
    }
  }

  private Future<Void> compareUntilDone() {
    if (stopped) {
      return Future.succeededFuture();
    }
    boolean all = whole;
    again = false;
    whole = false;
    // Inside compose, because the map of a node that is no more throws.
    return Future.succeededFuture()
        .compose(begin -> all ? store.newest() : store.newestByPointer())
        .compose(this::follow)
        .transform(done -> again ? compareUntilDone() : Future.future(p -> p.handle(done)));
  }

  /** Succeeds when {@code revision} or a later one is in force here; fails if an attempt fails. */
  Future<Void> await(long revision, String id) {
    if (hasReached(revision, id)) {
      return Future.succeededFuture();
    }
    AwaitedRevision wanted = new AwaitedRevision(revision, id, Promise.promise());
    awaited.add(wanted);
    sync()
        .onComplete(done -> awaited.remove(wanted))
        .onSuccess(done -> wanted.promise().tryFail("it has another revision"))
        .onFailure(cause -> wanted.promise().tryFail(Problem.reason(cause)));
    return wanted.promise().future();
  }

  private boolean hasReached(long revision, String id) {
    Revision now = applied;
    return now != null
        && (now.revision() > revision || (now.revision() == revision && now.id().equals(id)));
  }

  private Future<Void> follow(StoredRevision stored) {
    return Future.succeededFuture(stored)
        .compose(this::reconcile)
        .onFailure(
            cause -> {
              Revision there = stored.revision();
              if (there != null && !hasReached(there.revision(), there.id())) {
                notInForce(there, cause);
              }
            });
  }

  private Future<Void> reconcile(StoredRevision stored) {
    Revision there = stored.revision();
    Revision here = newest;
    if (here == null) {
      return there == null ? Future.succeededFuture() : adopt(there);
    }
    if (there == null || there.revision() < here.revision()) {
      return offer(stored, here);
    }
    if (there.revision() > here.revision()) {
      return adopt(there);
    }
    if (there.id().equals(here.id())) {
      return putInForce(there);
    }
    return isSameDocument(there, here) ? adopt(there) : settle(stored, there, here);
  }

  /** The shared map has a lower revision, or none with a valid signature. */
  private Future<Void> offer(StoredRevision stored, Revision here) {
    if (stored.value() != null && stored.revision() == null) {
      LOG.warn(
          "the stored revision is not signed with our secret or unreadable: revision {} replaces"
              + " it",
          here.revision());
    }
    return store
        .history()
        .add(log.all())
        .compose(added -> store.replace(stored, here))
        .onSuccess(replaced -> again |= !replaced)
        .compose(replaced -> replaced ? putInForce(here) : Future.succeededFuture());
  }

  private Future<Void> adopt(Revision there) {
    Revision before = applied;
    if (before == null || there.parent().equals(before.id()) || isSameDocument(there, before)) {
      return putInForce(there);
    }
    // A merge may have lost the entries of the smaller part's map.
    return store
        .history()
        .add(log.all())
        .compose(added -> noteIfSuperseded(before))
        .compose(noted -> putInForce(there));
  }

  /** Whether the revision in force here lost after a split, or only some after it were missed. */
  private Future<Void> noteIfSuperseded(Revision before) {
    return store
        .history()
        .list()
        .onSuccess(
            history ->
                history.stream()
                    .filter(past -> past.superseded() && past.revision().id().equals(before.id()))
                    .forEach(past -> superseded = past.revision()))
        .mapEmpty();
  }

  /** Two parts of a split cluster have each made a revision of one number. */
  private Future<Void> settle(StoredRevision stored, Revision there, Revision here) {
    boolean theirs = STRONGER.compare(there, here) > 0;
    Revision winner = theirs ? there : here;
    Revision next =
        winner.numbered(winner.revision() + 1, UUID.randomUUID().toString(), winner.id());
    LOG.warn(
        "two revisions {}: the one of {} by {} wins and becomes revision {}",
        winner.revision(),
        winner.time(),
        winner.author(),
        next.revision());
    List<Revision> known = new ArrayList<>(log.all());
    known.add(here);
    return store
        .history()
        .add(known)
        .compose(added -> store.replace(stored, next))
        .onSuccess(
            replaced -> {
              again = true;
              if (replaced) {
                superseded = theirs ? here : there;
              }
            })
        .mapEmpty();
  }

  private static boolean isSameDocument(Revision one, Revision other) {
    return one.revision() == other.revision()
        && one.format() == other.format()
        && one.text().equals(other.text());
  }

  private Future<Void> putInForce(Revision next) {
    newest = next;
    if (hasReached(next.revision(), next.id())) {
      trouble = null;
      return Future.succeededFuture();
    }
    if (stopped) {
      return Future.succeededFuture();
    }
    return prepared
        .commit(next)
        .onSuccess(done -> inForce(next))
        .onFailure(cause -> notInForce(next, cause));
  }

  private void inForce(Revision revision) {
    applied = revision;
    trouble = null;
    log.add(revision);
    Revision lost = superseded;
    superseded = null;
    onApplied.accept(revision, lost);
    for (AwaitedRevision each : List.copyOf(awaited)) {
      if (hasReached(each.revision(), each.id())) {
        each.promise().tryComplete();
      }
    }
  }

  private void notInForce(Revision revision, Throwable cause) {
    String message = Problem.reason(cause);
    Trouble before = trouble;
    if (before == null || !before.revision().id().equals(revision.id())) {
      before = new Trouble(revision, "", System.nanoTime());
    }
    if (!before.message().equals(message)) {
      LOG.error("revision {} can't be put in force here yet: {}", revision.revision(), message);
    }
    trouble = new Trouble(revision, message, before.sinceNanos());
  }
}
