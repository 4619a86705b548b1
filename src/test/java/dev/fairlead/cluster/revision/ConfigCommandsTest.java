package dev.fairlead.cluster.revision;

import static dev.fairlead.cluster.revision.FakeMembers.FIRST;
import static dev.fairlead.cluster.revision.FakeMembers.body;
import static dev.fairlead.cluster.revision.FakeMembers.withWeight;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.fairlead.cluster.revision.FakeMembers.FakeMember;
import dev.fairlead.config.Revision.Kind;
import dev.fairlead.config.Revision.Origin;
import dev.fairlead.event.CommandException;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that each command makes the revision it says, and that the history tells how. Provoked
 * with pushes, settings and rollbacks through three members in one process. A failure would show as
 * a change without an author, or as one that is said to be none.
 */
final class ConfigCommandsTest {
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
  void close() {
    cluster.close();
  }

  @Test
  void anIdenticalDocumentMakesNoRevision() {
    JsonObject answer = a.push(FIRST.replace("# the first", "# the same in other words"));

    assertThat(answer.getLong("revision")).isEqualTo(1);
    assertThat(answer.getBoolean("unchanged")).isTrue();
    assertThat(answer.getJsonArray("applied")).containsExactly("a", "b", "c");
    assertThat(a.unchanged).containsExactly(new Origin(Kind.PUSH, "bus", "test", null));
    allHave(1, FIRST);
  }

  @Test
  void everyCommandTellsWhenItChangesNothing() {
    JsonObject set = backend().put("weight", 5).put("author", "ann").put("note", "more");
    assertThat(a.on(() -> a.commands.set(set, "test")).await())
        .isEqualTo(new JsonObject().put("revision", 2L));

    JsonObject again = a.on(() -> a.commands.set(set, "test")).await();
    JsonObject rollback =
        b.on(() -> b.commands.rollback(new JsonObject().put("revision", 2), "test")).await();
    JsonObject dryRun =
        c.on(() -> c.commands.push(body(withWeight(5)).put("dryRun", true), "test")).await();

    assertThat(List.of(again, rollback, dryRun))
        .allMatch(answer -> answer.getLong("revision") == 2 && answer.getBoolean("unchanged"));
    assertThat(again.fieldNames()).containsExactly("revision", "unchanged");
    assertThat(a.unchanged).containsExactly(new Origin(Kind.SET, "ann", "test", "more"));
    assertThat(b.unchanged).containsExactly(new Origin(Kind.ROLLBACK, "bus", "test", null));
    assertThat(c.unchanged).isEmpty();
  }

  @Test
  void aSettingChangesOneLineAndKeepsTheRest() {
    a.on(() -> a.commands.set(backend().put("weight", 5), "test")).await();

    allHave(2, withWeight(5));
  }

  @Test
  void aSettingTellsThatTheDocumentIsWrittenAnew() {
    String aliased = FIRST.replace("backends: [{", "backends: [&a {");
    a.push(aliased + "  - name: api\n    backends: [*a]\n");

    JsonObject answer = a.on(() -> a.commands.set(backend().put("weight", 5), "test")).await();

    assertThat(answer.getBoolean("rewritten")).isTrue();
    assertThat(a.sync.applied().text()).doesNotContain("# the first").contains("weight: 5");
  }

  @Test
  void whatWasSetSurvivesAndAPushTellsWhatItUndoes() {
    JsonObject set =
        new JsonObject().put("pool", "web").put("backend", "127.0.0.1:9001").put("weight", 5);
    assertThat(a.on(() -> a.commands.set(set, "test")).await())
        .isEqualTo(new JsonObject().put("revision", 2L));
    JsonObject drain = set.copy().put("state", "draining");
    drain.remove("weight");
    assertThat(b.on(() -> b.commands.set(drain, "test")).await().getLong("revision")).isEqualTo(3);

    JsonObject answer = c.push(withWeight(9));

    assertThat(answer.getJsonArray("undone")).containsExactly(set.copy().put("state", "draining"));
  }

  @Test
  void settingAnUnknownBackendIsNotFound() {
    JsonObject set =
        new JsonObject().put("pool", "web").put("backend", "127.0.0.1:1").put("weight", 5);

    CommandException refusal = refused(() -> a.commands.set(set, "test"), a);
    assertThat(refusal.code()).isEqualTo(404);
    assertThat(refusal.getMessage())
        .contains("(expected: the id of a backend of pool web: 127.0.0.1:9001");
  }

  @Test
  void aRollbackIsANewRevision() {
    a.push(withWeight(7));

    JsonObject answer =
        b.on(() -> b.commands.rollback(new JsonObject().put("revision", 1), "test")).await();

    assertThat(answer.getLong("revision")).isEqualTo(3);
    allHave(3, FIRST);
  }

  @Test
  void theHistoryHasWhoWhenAndTheLastTwenty() {
    for (int i = 1; i <= 25; i++) {
      a.push(withWeight(i + 1));
    }

    JsonArray history = b.on(b.commands::history).await().getJsonArray("history");

    assertThat(history.stream().map(each -> ((JsonObject) each).getLong("revision")))
        .containsExactlyElementsOf(IntStream.rangeClosed(7, 26).mapToObj(i -> 33L - i).toList());
    assertThat(history.getJsonObject(0).getString("from")).isEqualTo("test");
    assertThat(history.stream().map(each -> ((JsonObject) each).getString("kind")))
        .containsOnly("push");
    assertThat(history.stream().map(each -> ((JsonObject) each).getBoolean("superseded")))
        .containsOnly(false);
  }

  @Test
  void theHistoryHasHowAndWhy() {
    a.push(withWeight(2));
    a.on(() -> a.commands.set(backend().put("weight", 3).put("note", "more"), "test")).await();
    JsonObject rollback = new JsonObject().put("revision", 1).put("author", "ann").put("note", "");
    assertThat(refused(() -> b.commands.rollback(rollback, "test"), b).getMessage())
        .startsWith("note: \"\" (expected: a text of 1 to 300 characters");
    b.on(() -> b.commands.rollback(rollback.put("note", "too much"), "test")).await();

    JsonArray history = b.on(b.commands::history).await().getJsonArray("history");

    assertThat(history.stream().map(each -> ((JsonObject) each)))
        .extracting(
            each -> each.getString("kind"),
            each -> each.getString("author"),
            each -> each.getString("note"))
        .containsExactly(
            tuple("rollback", "ann", "too much"),
            tuple("set", "bus", "more"),
            tuple("push", "bus", null),
            tuple("file", "file:a", null));
  }

  @Test
  void everyChangeMayExpectARevision() {
    a.push(withWeight(2));
    JsonObject set = backend().put("weight", 3);
    JsonObject rollback = new JsonObject().put("revision", 1);

    for (CommandException refusal :
        List.of(
            refused(() -> a.commands.set(set.copy().put("expect", 1), "test"), a),
            refused(() -> b.commands.rollback(rollback.copy().put("expect", 1), "test"), b))) {
      assertThat(refusal.code()).isEqualTo(409);
      assertThat(refusal.getMessage()).isEqualTo("revision 2 is the newest (expected: 1)");
    }
    allHave(2, withWeight(2));
    a.on(() -> a.commands.set(set.copy().put("expect", 2), "test")).await();
    b.on(() -> b.commands.rollback(rollback.copy().put("expect", 3), "test")).await();
    allHave(4, FIRST);
  }

  @Test
  void limitsOfAListenerOrPoolAreSetInTheDocument() {
    JsonObject set = new JsonObject().put("pool", "web").put("connections", 9).put("author", "ann");
    assertThat(a.on(() -> a.commands.set(set, "test")).await().getLong("revision")).isEqualTo(2);
    JsonObject got = a.on(() -> a.commands.get(new JsonObject())).await();
    assertThat(got.getString("kind")).isEqualTo("set");
    assertThat(got.getString("author")).isEqualTo("ann");
    assertThat(got.getString("text")).containsPattern("connections\"?: 9");
    assertThat(a.on(() -> a.commands.set(set, "test")).await().getBoolean("unchanged")).isTrue();
    JsonObject unknown = new JsonObject().put("listener", "none").put("connections", 1);
    assertThat(refused(() -> a.commands.set(unknown, "test"), a).code()).isEqualTo(404);
    for (JsonObject wrong :
        List.of(
            new JsonObject().put("listener", "web"),
            new JsonObject().put("listener", "web").put("connectionsPerBackend", 1),
            new JsonObject().put("pool", "web").put("connections", -1))) {
      assertThat(refused(() -> a.commands.set(wrong, "test"), a).code()).isEqualTo(422);
    }
  }

  private static JsonObject backend() {
    return new JsonObject().put("pool", "web").put("backend", "127.0.0.1:9001");
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

  @Test
  void anUnknownRevisionIsAnsweredWithThoseThatExist() {
    JsonObject unknown = new JsonObject().put("revision", 99);
    assertThat(refused(() -> a.commands.get(unknown), a)).hasMessage("revision: 99 (expected: 1)");
    a.push(withWeight(2));
    a.push(withWeight(3));
    assertThat(refused(() -> b.commands.get(unknown), b))
        .hasMessage("revision: 99 (expected: one of 1 to 3)");
    assertThat(refused(() -> b.commands.rollback(unknown, "test"), b))
        .hasMessage("revision: 99 (expected: one of 1 to 3)");
  }
}
