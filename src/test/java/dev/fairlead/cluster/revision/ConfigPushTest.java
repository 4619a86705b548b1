package dev.fairlead.cluster.revision;

import static dev.fairlead.cluster.revision.FakeMembers.FIRST;
import static dev.fairlead.cluster.revision.FakeMembers.body;
import static dev.fairlead.cluster.revision.FakeMembers.withWeight;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.fairlead.cluster.revision.FakeMembers.FakeMember;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Revision;
import dev.fairlead.config.text.Document;
import dev.fairlead.event.CommandException;
import dev.fairlead.testkit.Logs;
import io.vertx.core.Future;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that a push is taken by all members or by none. Provoked with three members in one
 * process, one of which refuses, hangs, fails or is overtaken at every step. A failure would show
 * as members with different revisions, or as something still prepared.
 */
final class ConfigPushTest {
  private final FakeMembers cluster = new FakeMembers();
  private FakeMember a;
  private FakeMember b;
  private FakeMember c;

  @BeforeEach
  void start() {
    a = cluster.start("a");
    b = cluster.start("b");
    c = cluster.start("c");
  }

  @AfterEach
  void nothingStaysPrepared() {
    await().untilAsserted(() -> assertThat(cluster.members).allSatisfy(this::hasNothingPrepared));
    cluster.close();
  }

  private void hasNothingPrepared(FakeMember member) {
    assertThat(member.local.prepared).as(member.name).hasValue(0);
  }

  @Test
  void theFirstFileIsRevisionOneForAll() {
    assertThat(cluster.members)
        .allSatisfy(
            member -> {
              assertThat(member.sync.applied().revision()).isEqualTo(1);
              assertThat(member.sync.applied().author()).isEqualTo("file:a");
              assertThat(member.local.inForce.text()).isEqualTo(FIRST);
            });
  }

  @Test
  void isInForceOnAllWhenItIsAnswered() {
    JsonObject answer = b.push(withWeight(7));

    assertThat(answer)
        .isEqualTo(
            new JsonObject()
                .put("revision", 2L)
                .put("applied", new JsonArray(List.of("a", "b", "c")))
                .put("missing", new JsonArray())
                .put("undone", new JsonArray()));
    allHave(2, withWeight(7));
  }

  @Test
  void oneRefusalRefusesTheWholeByName() {
    c.local.refusal = "/run/x.sock (expected: an address that can be bound)";

    CommandException refused = refused(() -> a.commands.push(body(withWeight(7)), "test"), a);

    assertThat(refused.code()).isEqualTo(422);
    assertThat(refused.problems()).singleElement().hasToString("member c: " + c.local.refusal);
    allHave(1, FIRST);
  }

  @Test
  void aMemberThatDoesNotAnswerRefusesTheWhole() {
    c.local.hangs = true;

    CommandException refused = refused(() -> a.commands.push(body(withWeight(7)), "test"), a);

    assertThat(refused.code()).isEqualTo(503);
    assertThat(refused).hasMessage("member c: no answer within 3s");
    allHave(1, FIRST);
  }

  @Test
  void aMemberThatDiesMeanwhileIsNotWaitedFor() {
    c.on(c.handler::stop).await();
    c.draining = false;
    Future<JsonObject> push = a.on(() -> a.commands.push(body(withWeight(7)), "test"));
    cluster.hidden.add(c);

    assertThat(push.await().getJsonArray("applied")).containsExactly("a", "b");
  }

  @Test
  void aPrepareIsReleasedWhenItsCoordinatorHasGivenUp() {
    JsonObject late = prepareOf("late").toJson();
    cluster.vertx.eventBus().request(MemberCalls.address("c"), late).await();
    assertThat(c.local.prepared).hasValue(1);

    assertThat(a.push(withWeight(7)).getLong("revision")).isEqualTo(2);
    allHave(2, withWeight(7));
  }

  @Test
  void aPrepareIsReleasedWhenItsCoordinatorLeavesTheCluster() {
    c.on(() -> c.handler.perform(prepareOf("a dead one's"))).await();
    assertThat(c.local.prepared).hasValue(1);

    c.on(() -> left(c, "b")).await();
    assertThat(c.local.prepared).hasValue(1);

    c.on(() -> left(c, "z")).await();
    assertThat(c.local.prepared).hasValue(0);
    assertThat(a.push(withWeight(7)).getLong("revision")).isEqualTo(2);
  }

  private static MemberCall.Prepare prepareOf(String push) {
    return new MemberCall.Prepare(push, Document.of(ConfigFormat.YAML, withWeight(8)), "z");
  }

  private static Future<Void> left(FakeMember member, String node) {
    member.prepared.left(node);
    return Future.succeededFuture();
  }

  @Test
  void aDrainingMemberIsNotAsked() {
    c.draining = true;
    c.local.refusal = "draining";

    assertThat(a.push(withWeight(7)).getJsonArray("applied")).containsExactly("a", "b");
  }

  @Test
  void anAnswerThatCanNotBeReadRefusesThePushAndHoldsUpNoLaterOne() {
    c.on(c.handler::stop).await();
    MessageConsumer<Object> other =
        cluster.vertx.eventBus().consumer(MemberCalls.address("c"), call -> call.fail(7, "what?"));

    CommandException refused = refused(() -> a.commands.push(body(withWeight(7)), "test"), a);

    assertThat(refused.code()).isEqualTo(503);
    assertThat(refused).hasMessage("member c: an answer that can't be read");
    other.unregister().await();
    c.on(() -> c.handler.start(cluster.vertx, "c")).await();
    assertThat(a.push(withWeight(8)).getLong("revision")).isEqualTo(2);
  }

  @Test
  @Logs("a call to this member from bus refused: (expected: a member's call)")
  void aCallThatIsNoneIsAnsweredSo() {
    Object[] calls = {
      null, 7, "{", "{}", "{\"call\":7}", "{\"call\":\"hold\"}", "{\"call\":\"x\",\"push\":\"p\"}"
    };
    for (Object call : calls) {
      Future<?> answer = cluster.vertx.eventBus().request(MemberCalls.address("a"), call);
      ReplyException refused = catchThrowableOfType(ReplyException.class, answer::await);
      assertThat(refused.failureCode()).as("%s", call).isEqualTo(422);
      assertThat(refused).hasMessageContaining("expected: a ");
    }
  }

  @Test
  void whatIsWrongWithTheDocumentIsToldWithItsLine() {
    String broken = FIRST.replace("pool: web }", "pool: wev }");

    CommandException refused = refused(() -> a.commands.push(body(broken), "test"), a);

    assertThat(refused.code()).isEqualTo(422);
    assertThat(refused.problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.path()).isEqualTo("listeners[0].pool");
              assertThat(problem.line()).isEqualTo(2);
            });
  }

  @Test
  void nodeAndClusterAreNotPartOfAPush() {
    String whole = FIRST + "node: { name: x }\n";

    CommandException refused = refused(() -> a.commands.push(body(whole), "test"), a);

    assertThat(refused.code()).isEqualTo(422);
    assertThat(refused.problems()).singleElement().extracting("path").isEqualTo("node");
  }

  @Test
  void aStaleExpectationIsAConflict() {
    a.push(withWeight(7));

    CommandException refused =
        refused(() -> b.commands.push(body(withWeight(8)).put("expect", 1), "test"), b);

    assertThat(refused.code()).isEqualTo(409);
    allHave(2, withWeight(7));
  }

  @Test
  void aDryRunChangesNothing() {
    JsonObject answer =
        a.on(() -> a.commands.push(body(withWeight(7)).put("dryRun", true), "test")).await();

    assertThat(answer.getLong("revision")).isEqualTo(1);
    allHave(1, FIRST);
  }

  @Test
  @Logs("revision 2 can't be put in force here yet: too many open files")
  void aMemberThatCanNotPutItInForceIsMissingAndFollowsLater() {
    c.local.commitFailure = "too many open files";

    JsonObject answer = a.push(withWeight(7));

    assertThat(answer.getJsonArray("applied")).containsExactly("a", "b");
    assertThat(answer.getJsonArray("missing"))
        .containsExactly(
            new JsonObject().put("member", "c").put("message", "member c: too many open files"));
    assertThat(c.sync.trouble().message()).isEqualTo("too many open files");
    c.local.commitFailure = null;
    c.on(c.sync::sync).await();
    assertThat(c.sync.trouble()).isNull();
    allHave(2, withWeight(7));
  }

  @Test
  void aMemberThatDoesNotEndItsCommitIsMissing() {
    c.local.commitHangs = true;

    JsonObject answer = a.push(withWeight(7));

    assertThat(answer.getJsonArray("applied")).containsExactly("a", "b");
    assertThat(answer.getJsonArray("missing"))
        .containsExactly(
            new JsonObject().put("member", "c").put("message", "member c: no answer within 3s"));
  }

  @Test
  void aRefusalOfThePushingMemberHasItsNameAndReachesNoOther() {
    a.local.refusal = "127.0.0.1:80 (expected: a free address)";

    CommandException refused = refused(() -> a.commands.push(body(withWeight(7)), "test"), a);

    assertThat(refused.problems()).singleElement().hasToString("member a: " + a.local.refusal);
    assertThat(b.local.read).noneMatch(document -> document.text().equals(withWeight(7)));
  }

  @Test
  void aPushThatIsOvertakenAtTheCompareAndSetFollowsTheOther() {
    Revision first = a.sync.applied();
    Revision other = first.numbered(2, "other", first.id());
    a.onNextOfNewest(
        "replaceIfPresent",
        (operation, args, real) ->
            cluster.map.put("newest", other.toJson().encode()).compose(done -> real.get()));

    assertThat(a.push(withWeight(7)).getLong("revision")).isEqualTo(3);
    assertThat(a.sync.applied().parent()).isEqualTo("other");
    allHave(3, withWeight(7));
  }

  @Test
  void aLostAnswerOfTheCompareAndSetIsDecidedByReading() {
    a.onNextOfNewest(
        "replaceIfPresent",
        (operation, args, real) ->
            real.get().compose(swapped -> Future.failedFuture("the answer is lost")));

    assertThat(a.push(withWeight(7)).getLong("revision")).isEqualTo(2);
    allHave(2, withWeight(7));
  }

  @Test
  void aLostAnswerOfACompareAndSetThatAnotherFollowedIsDecidedByTheHistory() {
    a.onNextOfNewest(
        "replaceIfPresent",
        (operation, args, real) ->
            real.get()
                .compose(swapped -> b.store.newest())
                .compose(
                    ours ->
                        b.store.replace(
                            ours, ours.revision().numbered(3, "next", ours.revision().id())))
                .compose(followed -> Future.failedFuture("the answer is lost")));

    assertThat(a.push(withWeight(7)).getLong("revision")).isEqualTo(2);
    assertThat(a.sync.applied().revision()).isEqualTo(3);
  }

  @Test
  void aMapThatDoesNotAnswerRefusesThePush() {
    a.onNextOfNewest(
        "replaceIfPresent",
        (operation, args, real) -> {
          a.onNextOfNewest("get", (get, key, unused) -> Future.failedFuture("no answer"));
          return Future.failedFuture("no answer");
        });

    CommandException refused = refused(() -> a.commands.push(body(withWeight(7)), "test"), a);

    assertThat(refused.code()).isEqualTo(503);
    assertThat(refused).hasMessageContaining("the shared map did not answer");
    allHave(1, FIRST);
  }

  /** A document parses itself once, so there has to be one object all the way. */
  @Test
  void thePushingMemberParsesTheDocumentOnce() {
    a.push(withWeight(7));

    List<Document> read =
        a.local.read.stream().filter(each -> each.text().equals(withWeight(7))).toList();
    assertThat(read)
        .hasSizeGreaterThan(1)
        .allSatisfy(each -> assertThat(each).isSameAs(read.get(0)));
  }

  @Test
  void pushesAtOnceThroughAllMembersAreOneAfterTheOther() {
    List<Future<JsonObject>> pushes = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      FakeMember through = cluster.members.get(i % 3);
      String text = withWeight(10 + i);
      pushes.add(through.on(() -> through.commands.push(body(text), "test")));
    }
    Future.join(pushes).await();

    assertThat(pushes.stream().map(push -> push.result().getLong("revision")))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(2, 14).mapToObj(Long::valueOf).toList());
    allHave(13, a.sync.applied().text());
  }

  private void allHave(long revision, String text) {
    assertThat(cluster.members)
        .filteredOn(member -> !member.draining)
        .allSatisfy(
            member -> {
              assertThat(member.sync.applied().revision()).as(member.name).isEqualTo(revision);
              assertThat(member.local.inForce.text()).as(member.name).isEqualTo(text);
            });
  }

  private static CommandException refused(
      Supplier<Future<JsonObject>> command, FakeMember through) {
    return catchThrowableOfType(CommandException.class, () -> through.on(command).await());
  }
}
