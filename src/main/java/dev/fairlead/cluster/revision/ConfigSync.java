package dev.fairlead.cluster.revision;

import dev.fairlead.config.Revision;
import dev.fairlead.event.CommandException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this member at the cluster's newest revision, and the cluster at the newest that this
 * member knows. Both are looked at every second, at every hint and after a split: a higher number
 * wins; of two documents with one number the later one, then the one with the greater id, is stored
 * again as the next revision, and the other stays in the history. So whatever a split, a merge or a
 * death left in the shared map, all members end at one revision, and none ever goes back to a lower
 * one.
 *
 * <p>On the cluster's context, but for {@link #applied} and {@link #trouble}: any thread.
 */
public final class ConfigSync {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigSync.class);

  /** Of two revisions with one number, the one that stays is the greatest. */
  private static final Comparator<Revision> STRONGER =
      Comparator.comparing(Revision::time).thenComparing(Revision::id);

  private final ConfigStore store;
  private final PreparedConfig holds;
  private final BiConsumer<Revision, Revision> onApplied;

  /** The newest this member knows of; null before the start. */
  private Revision newest;

  /** What lost when two parts of a split met, to be told with the next revision; null = nothing. */
  private Revision superseded;

  /** What was in force here of late. */
  private final RevisionLog recent = new RevisionLog(List.of());

  private volatile Revision applied;
  private volatile Trouble trouble;

  /** What is under way; complete = nothing. */
  private Future<Void> run = Future.succeededFuture();

  /** Somebody asked while something was under way. */
  private boolean again;

  private boolean stopped;
  private final List<Waiter> waiters = new ArrayList<>();

  private record Waiter(long revision, String id, Promise<Void> promise) {}

  /**
   * Why the newest revision is not in force here.
   *
   * @param sinceNanos when it was first tried, as {@link System#nanoTime}
   */
  public record Trouble(Revision revision, String message, long sinceNanos) {}

  /**
   * @param onApplied hears of every revision that is in force here from now on, and of the one that
   *     lost to it after a split, if any
   */
  public ConfigSync(
      ConfigStore store, PreparedConfig holds, BiConsumer<Revision, Revision> onApplied) {
    this.store = store;
    this.holds = holds;
    this.onApplied = onApplied;
  }

  /** The revision in force, null before the first. */
  Revision applied() {
    return applied;
  }

  /** Null when the newest revision is in force. */
  public Trouble trouble() {
    return trouble;
  }

  /**
   * Offers {@code own} and puts the cluster's newest in force; fails when this machine can't.
   *
   * @param own what this member would begin with, null when the cluster has a revision already
   */
  Future<Void> start(Revision own) {
    newest = own;
    return sync()
        .compose(
            done ->
                applied != null
                    ? Future.succeededFuture()
                    : Future.failedFuture(new IllegalStateException("no revision to begin with")));
  }

  /** Puts no further revision in force. */
  public Future<Void> stop() {
    stopped = true;
    return run.otherwiseEmpty().compose(done -> holds.close());
  }

  /**
   * Compares with the shared map now, or again when that is under way; fails as an attempt does.
   */
  public Future<Void> sync() {
    if (!run.isComplete()) {
      again = true;
      return run;
    }
    Promise<Void> turn = Promise.promise();
    run = turn.future();
    repeat().onComplete(turn);
    return turn.future();
  }

  private Future<Void> repeat() {
    again = false;
    if (stopped) {
      return Future.succeededFuture();
    }
    return store
        .newest()
        .compose(this::reconcile)
        .transform(done -> again ? repeat() : Future.future(promise -> promise.handle(done)));
  }

  /** When this member has {@code revision}, or a later one, in force; fails as an attempt does. */
  Future<Void> await(long revision, String id) {
    if (hasReached(revision, id)) {
      return Future.succeededFuture();
    }
    Waiter waiter = new Waiter(revision, id, Promise.promise());
    waiters.add(waiter);
    sync()
        .onComplete(
            done -> {
              waiters.remove(waiter);
              if (!waiter.promise().future().isComplete()) {
                waiter.promise().fail(whyNot(done.cause()));
              }
            });
    return waiter.promise().future();
  }

  private boolean hasReached(long revision, String id) {
    return applied != null
        && (applied.revision() > revision
            || (applied.revision() == revision && applied.id().equals(id)));
  }

  private static String whyNot(Throwable cause) {
    return cause == null ? "it has another revision" : String.valueOf(cause.getMessage());
  }

  private Future<Void> reconcile(StoredRevision stored) {
    Revision there = stored.revision();
    if (newest == null || (there != null && there.revision() > newest.revision())) {
      return there == null ? Future.succeededFuture() : adopt(there);
    }
    if (there == null || there.revision() < newest.revision()) {
      return offer(stored);
    }
    if (there.id().equals(newest.id())) {
      newest = there;
      return putInForce();
    }
    return isSameDocument(there, newest) ? adopt(there) : settle(stored);
  }

  private Future<Void> offer(StoredRevision stored) {
    if (stored.value() != null && stored.revision() == null) {
      LOG.warn(
          "the stored revision is not signed as ours or can't be read: revision {} takes its place",
          newest.revision());
    }
    return rememberRecent()
        .compose(done -> store.replace(stored, newest))
        .compose(
            won -> {
              again |= !won;
              return won ? putInForce() : Future.succeededFuture();
            });
  }

  private Future<Void> adopt(Revision there) {
    boolean follows =
        applied == null || there.parent().equals(applied.id()) || isSameDocument(there, applied);
    Future<Void> remembered =
        follows ? Future.succeededFuture() : rememberRecent().compose(done -> notice());
    return remembered.compose(
        done -> {
          newest = there;
          return putInForce();
        });
  }

  /** When parts of a cluster meet, entries of the smaller one's map may not come along. */
  private Future<Void> rememberRecent() {
    return store.remember(recent.all());
  }

  /** Whether what is in force here lost, or only some revisions were missed. */
  private Future<Void> notice() {
    return store
        .history()
        .map(
            history -> {
              history.stream()
                  .filter(past -> past.superseded() && past.revision().id().equals(applied.id()))
                  .forEach(past -> superseded = past.revision());
              return null;
            });
  }

  /** Two parts of a split cluster have each made a revision of one number. */
  private Future<Void> settle(StoredRevision stored) {
    Revision there = stored.revision();
    Revision winner = STRONGER.compare(there, newest) > 0 ? there : newest;
    Revision next =
        winner.numbered(winner.revision() + 1, UUID.randomUUID().toString(), winner.id());
    Revision loser = winner.equals(there) ? newest : there;
    LOG.warn(
        "two revisions {}: {} by {} stays and becomes revision {}",
        winner.revision(),
        winner.time(),
        winner.author(),
        next.revision());
    return rememberRecent()
        .compose(done -> store.remember(newest))
        .compose(done -> store.replace(stored, next))
        .onSuccess(
            won -> {
              again = true;
              superseded = won ? loser : superseded;
            })
        .mapEmpty();
  }

  private static boolean isSameDocument(Revision one, Revision other) {
    return one.revision() == other.revision()
        && one.format() == other.format()
        && one.text().equals(other.text());
  }

  private Future<Void> putInForce() {
    Revision next = newest;
    if (stopped || hasReached(next.revision(), next.id())) {
      return Future.succeededFuture();
    }
    return commit(next)
        .recover(cause -> isStale(cause) ? commit(next) : Future.failedFuture(cause))
        .onSuccess(done -> inForce(next))
        .onFailure(cause -> notInForce(next, cause));
  }

  private Future<Void> commit(Revision next) {
    return holds.take(next.id(), next.format(), next.text()).compose(held -> held.commit(next));
  }

  /** What was held was held before another change came between. */
  private static boolean isStale(Throwable cause) {
    return cause instanceof CommandException refused && refused.code() == CommandException.CONFLICT;
  }

  private void inForce(Revision revision) {
    applied = revision;
    recent.add(revision);
    trouble = null;
    Revision lost = superseded;
    superseded = null;
    onApplied.accept(revision, lost);
    for (Waiter waiter : waiters) {
      if (hasReached(waiter.revision(), waiter.id())) {
        waiter.promise().tryComplete();
      }
    }
  }

  private void notInForce(Revision revision, Throwable cause) {
    Trouble before = trouble;
    boolean first = before == null || !before.revision().id().equals(revision.id());
    String message = String.valueOf(cause.getMessage());
    if (first || !before.message().equals(message)) {
      LOG.error("revision {} can't be put in force here yet: {}", revision.revision(), message);
    }
    long since = first ? System.nanoTime() : before.sinceNanos();
    trouble = new Trouble(revision, message, since);
  }
}
