package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.revision.ConfigPush.Missing;
import dev.fairlead.cluster.revision.ConfigPush.Outcome;
import dev.fairlead.cluster.revision.ConfigPush.Overtaken;
import dev.fairlead.cluster.rows.BestEffortPublisher;
import dev.fairlead.config.Revision;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.CommandProblem;
import dev.fairlead.event.MemberInfo;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One attempt to make a document the newest revision: hold, compare-and-set, hint, apply,
 * acknowledge. On the cluster's context.
 */
public final class PushRound {
  /** A hint to everybody: there may be a newer revision. */
  public static final String CHANGED = "fairlead.config.changed";

  private final ClusterNode node;
  private final ConfigStore store;
  private final MemberCalls calls;
  private final Supplier<List<MemberInfo>> members;

  /**
   * @param members all that are there, this one included
   */
  public PushRound(
      ClusterNode node, ConfigStore store, MemberCalls calls, Supplier<List<MemberInfo>> members) {
    this.node = node;
    this.store = store;
    this.calls = calls;
    this.members = members;
  }

  /** Fails with {@link CommandException} when it is refused, with {@link Overtaken} by another. */
  Future<Outcome> run(StoredRevision stored, Revision next) {
    List<MemberInfo> asked = asked();
    return holdAll(asked, next)
        .compose(held -> store.replace(stored, next))
        .compose(stands -> stands ? Future.succeededFuture() : overtaken())
        .recover(cause -> letGo(asked, next, cause))
        .compose(stands -> announce(asked, stored.revision(), next));
  }

  /** All of {@link #run} that changes nothing; {@code next} is the outcome's, but not in force. */
  Future<Outcome> rehearse(StoredRevision stored, Revision next) {
    List<MemberInfo> asked = asked();
    return holdAll(asked, next)
        .recover(cause -> letGo(asked, next, cause))
        .compose(held -> releaseAll(asked, next))
        .map(released -> new Outcome(next, stored.revision(), List.of(), List.of()));
  }

  /** Fails with {@link CommandException} when a member does not answer; changes nothing. */
  Future<Void> greetAll() {
    return verdict(asked(), calls::greet);
  }

  /** Says who has {@code revision}, which is the newest already, in force. */
  Future<Outcome> confirm(Revision revision) {
    return awaitAll(asked(), revision, revision);
  }

  private List<MemberInfo> asked() {
    return members.get().stream().filter(each -> !each.draining()).toList();
  }

  /** Here first: what is wrong in itself need not bother the others. */
  private Future<Void> holdAll(List<MemberInfo> asked, Revision next) {
    List<MemberInfo> here = asked.stream().filter(each -> each.id().equals(node.id())).toList();
    List<MemberInfo> others = asked.stream().filter(each -> !each.id().equals(node.id())).toList();
    return askAll(here, next).compose(done -> askAll(others, next));
  }

  private Future<Void> askAll(List<MemberInfo> asked, Revision next) {
    return verdict(asked, member -> calls.hold(member, next.id(), next.format(), next.text()));
  }

  private Future<Void> verdict(List<MemberInfo> asked, Function<MemberInfo, Future<Void>> call) {
    List<Future<CommandException>> answers =
        each(asked, member -> refusalOf(member, call.apply(member)));
    return Future.join(answers).compose(all -> verdict(answers));
  }

  /** Null = it does what was asked, or it has left meanwhile. */
  private Future<CommandException> refusalOf(MemberInfo member, Future<Void> answer) {
    return answer.transform(
        done ->
            Future.succeededFuture(
                done.succeeded() || isOnItsWayOut(member)
                    ? null
                    : (CommandException) done.cause()));
  }

  private static Future<Void> verdict(List<Future<CommandException>> answers) {
    List<CommandException> refusals =
        answers.stream().map(Future::result).filter(each -> each != null).toList();
    if (refusals.isEmpty()) {
      return Future.succeededFuture();
    }
    if (refusals.stream().anyMatch(each -> each.code() == CommandException.CONFLICT)) {
      return overtaken();
    }
    List<CommandProblem> problems =
        refusals.stream().flatMap(each -> each.problems().stream()).toList();
    int code = refusals.stream().mapToInt(CommandException::code).min().orElseThrow();
    return Future.failedFuture(new CommandException(code, problems));
  }

  private Future<Outcome> announce(List<MemberInfo> asked, Revision before, Revision next) {
    BestEffortPublisher.publish(
        node.vertx(), CHANGED, new JsonObject().put("revision", next.revision()));
    return awaitAll(asked, before, next);
  }

  private Future<Outcome> awaitAll(List<MemberInfo> asked, Revision before, Revision next) {
    List<MemberInfo> applied = new ArrayList<>();
    List<Missing> missing = new ArrayList<>();
    List<MemberInfo> there = asked.stream().filter(member -> !isOnItsWayOut(member)).toList();
    List<Future<Void>> answers =
        each(
            there,
            member ->
                calls
                    .await(member, next)
                    .onSuccess(done -> applied.add(member))
                    .onFailure(cause -> missing.add(new Missing(member, cause.getMessage()))));
    return Future.join(answers)
        .otherwiseEmpty()
        .map(
            all -> {
              missing.removeIf(each -> isOnItsWayOut(each.member()));
              return new Outcome(next, before, applied, missing);
            });
  }

  private <T> Future<T> letGo(List<MemberInfo> asked, Revision next, Throwable cause) {
    return releaseAll(asked, next).transform(released -> Future.failedFuture(cause));
  }

  /** A member that does not hear it lets go by itself. */
  private Future<Void> releaseAll(List<MemberInfo> asked, Revision next) {
    each(asked, member -> calls.release(member, next.id()));
    return Future.succeededFuture();
  }

  /** Since it was asked, it has left or begun to drain. */
  private boolean isOnItsWayOut(MemberInfo member) {
    return asked().stream().noneMatch(each -> each.id().equals(member.id()));
  }

  private static <T> List<Future<T>> each(
      List<MemberInfo> members, Function<MemberInfo, Future<T>> call) {
    return members.stream().map(call).toList();
  }

  private static <T> Future<T> overtaken() {
    return Future.failedFuture(new Overtaken());
  }
}
