package dev.fairlead.cluster.revision;

import static dev.fairlead.cluster.revision.FakeMembers.FIRST;
import static dev.fairlead.cluster.revision.FakeMembers.withWeight;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.cluster.revision.ConfigStart.StartupConfig;
import dev.fairlead.cluster.revision.FakeMembers.FakeMember;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Revision;
import dev.fairlead.config.text.Document;
import dev.fairlead.testkit.Logs;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures which revision a cluster begins with and what a member that joins brings along. Provoked
 * by members that start one after the other, at once, and again with what they kept. A failure
 * would show as a file that undoes what the cluster has, or a number that is used twice.
 */
final class ConfigStartTest {
  private final FakeMembers cluster = new FakeMembers();

  @AfterEach
  void close() {
    assertThat(cluster.members)
        .allSatisfy(member -> assertThat(member.local.prepared).as(member.name).hasValue(0));
    cluster.close();
  }

  @Test
  void theFileOfAMemberThatJoinsIsNotUsed() {
    cluster.start("a");

    FakeMember b = cluster.add("b").start(withWeight(2));

    assertThat(b.local.inForce.text()).isEqualTo(FIRST);
    assertThat(b.sync.applied().revision()).isEqualTo(1);
  }

  @Test
  void ofTwoThatStartAtOnceOneFileIsTheFirstRevision() {
    for (int i = 0; i < 20; i++) {
      FakeMember a = cluster.add("a" + i);
      FakeMember b = cluster.add("b" + i);
      Future.join(
              a.starting(file(withWeight(2), null), List.of()),
              b.starting(file(withWeight(3), null), List.of()))
          .await();

      assertThat(a.sync.applied()).isEqualTo(b.sync.applied());
      assertThat(a.sync.applied().revision()).isEqualTo(1);
      cluster.map.clear().await();
    }
  }

  @Test
  void whatWasKeptIsContinuedWhenTheFileIsTheSame() {
    Revision kept = kept(5, withWeight(5));
    FakeMember a = cluster.add("a");

    a.starting(file(FIRST, digest(FIRST)), List.of(kept)).await();

    assertThat(a.sync.applied()).isEqualTo(kept);
  }

  @Test
  void aFileThatWasChangedIsTheNextRevisionAndOneThatWasChangedBackTheNextAgain() {
    FakeMember a = cluster.start("a");
    Revision first = a.sync.applied();
    cluster.map.clear().await();
    FakeMember again = cluster.add("again");
    again.starting(file(withWeight(2), digest(FIRST)), List.of(first)).await();
    Revision second = again.sync.applied();
    cluster.map.clear().await();
    FakeMember back = cluster.add("back");
    back.starting(file(FIRST, digest(withWeight(2))), List.of(second, first)).await();

    assertThat(back.sync.applied().revision()).isEqualTo(3);
    assertThat(back.on(back.commands::history).await().getJsonArray("history"))
        .extracting(each -> ((JsonObject) each).getLong("revision"))
        .containsExactly(3L, 2L, 1L);
  }

  @Test
  void whatWasKeptAndIsNewerIsOfferedToTheOthers() {
    FakeMember a = cluster.start("a");
    FakeMember b = cluster.add("b");

    b.starting(file(FIRST, digest(FIRST)), List.of(kept(5, withWeight(5)))).await();
    a.on(a.sync::sync).await();

    assertThat(a.local.inForce.text()).isEqualTo(withWeight(5));
  }

  @Test
  void whatCanNotBePreparedHereIsOfferedToNobody() {
    FakeMember a = cluster.start("a");
    FakeMember b = cluster.add("b");
    b.local.refusal = "listeners[0].bind: 127.0.0.1:80 (expected: a free address)";

    assertThatThrownBy(
            () -> b.starting(file(FIRST, digest(FIRST)), List.of(kept(5, withWeight(5)))).await())
        .hasMessage("revision 5 of the cluster: " + b.local.refusal);
    a.on(a.sync::sync).await();

    assertThat(a.sync.applied().revision()).isEqualTo(1);
  }

  @Test
  void aFirstRevisionThatCanNotBeStoredGivesItsAddressesBack() {
    FakeMember a = cluster.add("a");
    a.onNextOfNewest(
        "putIfAbsent",
        (operation, args, real) -> {
          a.onNextOfNewest("get", (get, key, unused) -> Future.failedFuture("no answer"));
          return Future.failedFuture("no answer");
        });

    assertThatThrownBy(() -> a.starting(file(FIRST, null), List.of()).await())
        .hasMessage("no answer");

    assertThat(a.local.prepared).hasValue(0);
  }

  @Test
  @Logs("revision 1 can't be put in force here yet: no answer")
  void aKeptRevisionThatCanNotBeOfferedGivesItsAddressesBack() {
    cluster.start("a");
    FakeMember b = cluster.add("b");
    b.onNextOfNewest(
        "replaceIfPresent",
        (operation, args, real) -> {
          b.onNextOfNewest("get", (get, key, unused) -> Future.failedFuture("no answer"));
          return Future.failedFuture("no answer");
        });

    assertThatThrownBy(
            () -> b.starting(file(FIRST, digest(FIRST)), List.of(kept(5, withWeight(5)))).await())
        .hasMessage("no answer");

    assertThat(b.local.prepared).hasValue(0);
  }

  private static StartupConfig file(String text, String keptDigest) {
    return new StartupConfig(Document.of(ConfigFormat.YAML, text), keptDigest, List.of());
  }

  private static Revision kept(long number, String text) {
    return new Draft(Document.of(ConfigFormat.YAML, text), digest(FIRST), List.of())
        .first(new Revision.Origin(null, "bus", "bus", null))
        .numbered(number, "kept", "before");
  }

  private static String digest(String text) {
    return Document.of(ConfigFormat.YAML, text).digest();
  }
}
