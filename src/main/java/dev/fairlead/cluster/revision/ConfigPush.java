package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.revision.ConfigStore.StoredRevision;
import dev.fairlead.cluster.rows.BestEffortPublisher;
import dev.fairlead.config.Problem;
import dev.fairlead.config.Revision;
import dev.fairlead.config.Revision.Origin;
import dev.fairlead.config.text.Document;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.CommandProblem;
import dev.fairlead.event.MemberInfo;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Gives the cluster a new revision by a two-phase push, of which this member is the coordinator:
 * prepare on every member that is not draining, compare-and-set of the newest revision, announce,
 * acknowledge. {@link #run} is the sequence. Before the compare-and-set any refusal or time-out
 * fails the push and changes nothing anywhere; after it nothing is undone.
 *
 * <p>Pushes through one member are done one after the other. Two coordinators meet where a member
 * has prepared the other's push: both release and try again after a random time. On the cluster's
 * context.
 */
final class ConfigPush {
  /** Published, with the number, when there may be a newer revision; the map is the truth. */
  static final String CHANGED = "fairlead.config.changed";

  /** Raising it lets more concurrent pushes succeed; a client gets its conflict later. */
  private static final Duration CONTENTION_LIMIT = Duration.ofSeconds(8);

  /** Retries wait one to three times this. */
  private static final long BACK_OFF_MILLIS = 50;

  /** A read of the shared map that takes longer suggests that a member hangs. */
  private static final Duration SLOW_READ = Duration.ofSeconds(1);

  private final ClusterNode node;
  private final ConfigStore store;
  private final MemberCalls calls;
  private final Supplier<List<MemberInfo>> members;
  private Future<?> last = Future.succeededFuture();

  ConfigPush(
      ClusterNode node, ConfigStore store, MemberCalls calls, Supplier<List<MemberInfo>> members) {
    this.node = node;
    this.store = store;
    this.calls = calls;
    this.members = members;
  }

  /** A change of the revision {@code expect}, null for any; a dry run only prepares. */
  record ConfigChange(@Nullable Long expect, boolean dryRun, Origin origin, Drafter drafter) {}

  /** Makes the next revision from the newest and its document; again after each conflict. */
  interface Drafter {
    Future<Draft> draft(Revision newest, Document document);
  }

  /**
   * The newest revision now, or in a dry run what it would be; {@code missing} members have not
   * acknowledged it and keep trying.
   */
  record PushResult(
      Revision revision,
      Draft draft,
      Revision before,
      List<MemberInfo> applied,
      List<Missing> missing) {
    /** The draft has the keys and values of the revision before, which stays. */
    boolean isUnchanged() {
      return revision.id().equals(before.id());
    }

    /** Comments and layout of the revision before are lost. */
    boolean isRewritten() {
      return draft.rewritten() && !isUnchanged();
    }
  }

  record Missing(MemberInfo member, String message) {}

  /** A revision to be, and the entry it is to replace. */
  private record Candidate(StoredRevision expected, Revision revision, Draft draft) {
    private PushResult result(List<MemberInfo> applied, List<Missing> missing) {
      Revision before = Objects.requireNonNull(expected.revision());
      return new PushResult(revision, draft, before, applied, missing);
    }
  }

  /** Another coordinator's push was first, or is under way. */
  private static final class Overtaken extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Fails with {@link CommandException} when it is refused. */
  Future<PushResult> push(ConfigChange change) {
    long deadline = System.nanoTime() + CONTENTION_LIMIT.toNanos();
    Future<PushResult> push = last.transform(before -> attempt(change, deadline));
    last = push;
    return push;
  }

  private Future<PushResult> attempt(ConfigChange change, long deadline) {
    if (System.nanoTime() > deadline) {
      return refuse(CommandException.CONFLICT, "another push is under way");
    }
    return newest()
        .compose(stored -> attempt(change, stored))
        .recover(
            cause ->
                cause instanceof Overtaken
                    ? backOff().compose(waited -> attempt(change, deadline))
                    : Future.failedFuture(refusal(cause)));
  }

  private Future<PushResult> attempt(ConfigChange change, StoredRevision stored) {
    Revision newest = stored.revision();
    if (newest == null) {
      return refuse(CommandException.NO_ANSWER, "no revision is stored, try again");
    }
    if (change.expect() != null && change.expect() != newest.revision()) {
      return refuse(
          CommandException.CONFLICT,
          "revision " + newest.revision() + " is the newest (expected: " + change.expect() + ")");
    }
    Document document = Draft.documentOf(newest);
    return change
        .drafter()
        .draft(newest, document)
        .compose(
            draft ->
                node.vertx()
                    .executeBlocking(() -> draft.isSameAs(document))
                    .compose(same -> same ? unchanged(stored, draft) : run(change, stored, draft)));
  }

  /** An identical document makes no revision; that it came from a file is noted. */
  private Future<PushResult> unchanged(StoredRevision stored, Draft draft) {
    Revision newest = Objects.requireNonNull(stored.revision());
    Future<Boolean> noted =
        draft.fileDigest().equals(newest.fileDigest())
            ? Future.succeededFuture(true)
            : store.swapNewest(stored, newest.withFileDigest(draft.fileDigest()));
    return noted
        .compose(ConfigPush::unlessOvertaken)
        .compose(done -> acknowledge(inService(), new Candidate(stored, newest, draft)));
  }

  private Future<PushResult> run(ConfigChange change, StoredRevision stored, Draft draft) {
    Revision newest = Objects.requireNonNull(stored.revision());
    Revision next = draft.after(newest, UUID.randomUUID().toString(), change.origin());
    Candidate candidate = new Candidate(stored, next, draft);
    return change.dryRun() ? rehearse(candidate) : run(candidate);
  }

  /**
   * The sequence of a push. Each member commits by itself once it finds the revision in the map:
   * {@link ConfigSync}, woken by the announcement and by the request to acknowledge.
   */
  private Future<PushResult> run(Candidate next) {
    List<MemberInfo> asked = inService();
    return prepare(asked, next) // Fails when one refuses, does not answer or has another push.
        .compose(prepared -> compareAndSet(next)) // Fails when overtaken, or without an answer.
        .onFailure(cause -> release(asked, next)) // Fails; unchanged if the map answered.
        .onSuccess(stored -> announce(next)) // From here on nothing is undone.
        .compose(announced -> acknowledge(asked, next)); // Never fails; some may be missing.
  }

  /** The dry run: prepares as {@link #run} does, then releases everywhere. */
  private Future<PushResult> rehearse(Candidate next) {
    List<MemberInfo> asked = inService();
    return prepare(asked, next)
        .onComplete(done -> release(asked, next))
        .map(prepared -> next.result(List.of(), List.of()));
  }

  /** On this member first: an invalid document is refused before the others are called. */
  private Future<Void> prepare(List<MemberInfo> asked, Candidate next) {
    Function<MemberInfo, Future<Void>> call =
        member ->
            calls.call(
                member,
                new MemberCall.Prepare(next.revision().id(), next.draft().document(), node.id()));
    List<MemberInfo> here = asked.stream().filter(each -> each.id().equals(node.id())).toList();
    List<MemberInfo> others = asked.stream().filter(each -> !each.id().equals(node.id())).toList();
    return allOf(here, call).compose(prepared -> allOf(others, call));
  }

  private Future<Void> compareAndSet(Candidate next) {
    return store.replace(next.expected(), next.revision()).compose(ConfigPush::unlessOvertaken);
  }

  private static Future<Void> unlessOvertaken(boolean stored) {
    return stored ? Future.succeededFuture() : Future.failedFuture(new Overtaken());
  }

  /** Not waited for: members that miss it release by themselves ({@link PreparedConfig}). */
  private void release(List<MemberInfo> asked, Candidate next) {
    asked.forEach(member -> calls.call(member, new MemberCall.Release(next.revision().id())));
  }

  private void announce(Candidate next) {
    JsonObject hint = new JsonObject().put("revision", next.revision().revision());
    BestEffortPublisher.publish(node.vertx(), CHANGED, hint);
  }

  /** Waits for every member until it has the revision in force, or for the time limit of a call. */
  private Future<PushResult> acknowledge(List<MemberInfo> asked, Candidate next) {
    List<MemberInfo> applied = new ArrayList<>();
    List<Missing> missing = new ArrayList<>();
    MemberCall await = new MemberCall.Await(next.revision().revision(), next.revision().id());
    List<Future<Void>> answers =
        asked.stream()
            .filter(this::isInService)
            .map(
                member ->
                    calls
                        .call(member, await)
                        .onSuccess(done -> applied.add(member))
                        .onFailure(
                            cause -> missing.add(new Missing(member, Problem.reason(cause)))))
            .toList();
    return Future.join(answers)
        .otherwiseEmpty()
        .map(
            all -> {
              missing.removeIf(each -> !isInService(each.member()));
              return next.result(applied, missing);
            });
  }

  /** Fails with every refusal, or as {@link Overtaken} when one is a conflict with another push. */
  private Future<Void> allOf(List<MemberInfo> asked, Function<MemberInfo, Future<Void>> call) {
    List<Future<Void>> answers = asked.stream().map(call).toList();
    return Future.join(answers)
        .transform(
            all ->
                unlessRefused(
                    IntStream.range(0, asked.size())
                        .filter(i -> answers.get(i).failed() && isInService(asked.get(i)))
                        .mapToObj(i -> (CommandException) answers.get(i).cause())
                        .toList()));
  }

  private static Future<Void> unlessRefused(List<CommandException> refusals) {
    if (refusals.isEmpty()) {
      return Future.succeededFuture();
    }
    if (refusals.stream().anyMatch(each -> each.code() == CommandException.CONFLICT)) {
      return Future.failedFuture(new Overtaken());
    }
    List<CommandProblem> problems =
        refusals.stream().flatMap(each -> each.problems().stream()).toList();
    int code = refusals.stream().mapToInt(CommandException::code).min().orElseThrow();
    return Future.failedFuture(new CommandException(code, problems));
  }

  private List<MemberInfo> inService() {
    return members.get().stream().filter(each -> !each.draining()).toList();
  }

  /** Whether it has neither left nor begun to drain since it was asked. */
  private boolean isInService(MemberInfo member) {
    return inService().stream().anyMatch(each -> each.id().equals(member.id()));
  }

  /** The map does not show which member delays its answer, so all members are called. */
  private Future<StoredRevision> newest() {
    Future<StoredRevision> read = store.newest();
    return read.timeout(SLOW_READ.toMillis(), TimeUnit.MILLISECONDS)
        .recover(
            late ->
                read.isComplete()
                    ? read
                    : allOf(inService(), member -> calls.call(member, new MemberCall.Greet()))
                        .compose(all -> read));
  }

  private Future<Void> backOff() {
    long millis = BACK_OFF_MILLIS + ThreadLocalRandom.current().nextLong(2 * BACK_OFF_MILLIS);
    return node.vertx().timer(millis, TimeUnit.MILLISECONDS).mapEmpty();
  }

  /** A failure that is no refusal comes from the shared map. */
  private static CommandException refusal(Throwable cause) {
    return cause instanceof CommandException refused
        ? refused
        : new CommandException(
            CommandException.NO_ANSWER,
            "the shared map did not answer; the history tells whether the revision was stored ("
                + Problem.reason(cause)
                + ")");
  }

  private static <T> Future<T> refuse(int code, String message) {
    return Future.failedFuture(new CommandException(code, message));
  }
}
