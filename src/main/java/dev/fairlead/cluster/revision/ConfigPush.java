package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.revision.Draft.Who;
import dev.fairlead.config.Revision;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.MemberInfo;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Gives the cluster a new revision: every member that is not draining holds it, this one first; one
 * compare-and-set makes it the newest; every member says when it is in force. Any refusal, or no
 * answer in time, refuses the whole; after the compare-and-set nothing is undone.
 *
 * <p>Pushes of one member are done one after the other. Two of different members meet where a
 * member already holds the other's document: both let go and try again after a random while. On the
 * cluster's context.
 */
public final class ConfigPush {
  /** So long a push tries again while other pushes are under way. */
  private static final Duration CONTEND = Duration.ofSeconds(8);

  private static final long BACK_OFF_MILLIS = 50;

  /** When a look into the shared map takes longer, a member may hang. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final ConfigStore store;
  private final PushRound round;
  private Future<?> last = Future.succeededFuture();

  public ConfigPush(Vertx vertx, ConfigStore store, PushRound round) {
    this.vertx = vertx;
    this.store = store;
    this.round = round;
  }

  /**
   * A change that is asked for.
   *
   * @param expect the revision it was made for, null = whatever is the newest
   * @param dryRun checks everywhere, changes nothing
   * @param drafter makes the document of the next revision from the newest; asked again when
   *     somebody else was faster
   */
  record Change(Long expect, boolean dryRun, Who who, Function<Revision, Future<Draft>> drafter) {}

  /**
   * What came of a change.
   *
   * @param revision the newest now
   * @param before the newest when the change was made
   * @param applied members that have it in force
   * @param missing members that have not said so; they go on trying
   */
  record Outcome(
      Revision revision, Revision before, List<MemberInfo> applied, List<Missing> missing) {}

  record Missing(MemberInfo member, String message) {}

  /** Somebody else's change came first, or is under way. */
  static final class Overtaken extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Fails with {@link CommandException} when it is refused. */
  Future<Outcome> push(Change change) {
    long deadline = System.nanoTime() + CONTEND.toNanos();
    Future<Outcome> push = last.transform(before -> attempt(change, deadline));
    last = push;
    return push;
  }

  private Future<Outcome> attempt(Change change, long deadline) {
    if (System.nanoTime() > deadline) {
      return refuse(CommandException.CONFLICT, "another push is under way");
    }
    return newest()
        .compose(stored -> attempt(change, stored))
        .recover(
            cause ->
                cause instanceof Overtaken
                    ? tryAgain(change, deadline)
                    : Future.failedFuture(refusal(cause)));
  }

  /** What is no refusal by anybody is the shared map, which gave no answer. */
  private static CommandException refusal(Throwable cause) {
    return cause instanceof CommandException refused
        ? refused
        : new CommandException(
            CommandException.NO_ANSWER,
            "the shared map did not answer; the history tells whether the revision was stored ("
                + cause.getMessage()
                + ")");
  }

  /** The map does not say which member keeps us waiting, so all are asked for an answer. */
  private Future<StoredRevision> newest() {
    Future<StoredRevision> look = store.newest();
    return look.timeout(LOOK.toMillis(), TimeUnit.MILLISECONDS)
        .recover(late -> look.isComplete() ? look : round.greetAll().compose(all -> look));
  }

  private Future<Outcome> tryAgain(Change change, long deadline) {
    Promise<Void> later = Promise.promise();
    long wait = BACK_OFF_MILLIS + ThreadLocalRandom.current().nextLong(2 * BACK_OFF_MILLIS);
    vertx.setTimer(wait, id -> later.complete());
    return later.future().compose(waited -> attempt(change, deadline));
  }

  private Future<Outcome> attempt(Change change, StoredRevision stored) {
    Revision newest = stored.revision();
    if (newest == null) {
      return refuse(CommandException.NO_ANSWER, "no revision is stored, try again");
    }
    if (change.expect() != null && change.expect() != newest.revision()) {
      return refuse(
          CommandException.CONFLICT,
          "revision " + newest.revision() + " is the newest (expected: " + change.expect() + ")");
    }
    return change.drafter().apply(newest).compose(draft -> decide(change, stored, draft));
  }

  private Future<Outcome> decide(Change change, StoredRevision stored, Draft draft) {
    return vertx
        .executeBlocking(() -> draft.isSameAs(stored.revision()))
        .compose(
            same -> {
              if (same) {
                return unchanged(stored, draft);
              }
              String id = UUID.randomUUID().toString();
              Revision next = draft.after(stored.revision(), id, change.who());
              return change.dryRun() ? round.rehearse(stored, next) : round.run(stored, next);
            });
  }

  /** An identical document makes no new revision; that it came from a file is noted. */
  private Future<Outcome> unchanged(StoredRevision stored, Draft draft) {
    Revision newest = stored.revision();
    Future<Boolean> noted =
        draft.fileDigest().equals(newest.fileDigest())
            ? Future.succeededFuture(true)
            : store.note(stored, newest.withFileDigest(draft.fileDigest()));
    return noted.compose(
        done -> done ? round.confirm(newest) : Future.failedFuture(new Overtaken()));
  }

  private static Future<Outcome> refuse(int code, String message) {
    return Future.failedFuture(new CommandException(code, message));
  }
}
