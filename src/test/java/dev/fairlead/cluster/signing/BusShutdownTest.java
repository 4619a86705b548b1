package dev.fairlead.cluster.signing;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import dev.fairlead.cluster.SettableClock;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.MemberId;
import dev.fairlead.testkit.FakeCommands;
import dev.fairlead.testkit.LogWatch;
import dev.fairlead.testkit.Logs;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two members, m1 and m2, on one bus. A last one to both proves that all before it were taken. */
@ExtendWith(VertxExtension.class)
class BusShutdownTest {
  @TempDir private Path directory;
  private final List<Optional<Duration>> first = new CopyOnWriteArrayList<>();
  private final List<Optional<Duration>> second = new CopyOnWriteArrayList<>();
  private final Map<String, String> names = new ConcurrentHashMap<>();
  private Vertx vertx;
  private BusCommands signal;

  @BeforeEach
  void start(Vertx vertx) {
    this.vertx = vertx;
    start(SignedCommands.open(vertx, null, new SettableClock()).await());
  }

  private void start(SignedCommands signed) {
    signal = member("1", signed, first);
    member("2", signed, second);
  }

  private BusCommands member(String number, SignedCommands signed, List<Optional<Duration>> heard) {
    BusCommands member =
        new BusCommands(
            vertx,
            () -> new MemberId("id-" + number, names.getOrDefault(number, "m" + number)),
            new FakeCommands(),
            signed,
            grace -> heard.add(Optional.ofNullable(grace)),
            ends -> {});
    member.start().await();
    return member;
  }

  private void say(String member) {
    signal.publishShutdown(new JsonObject().put("member", member).put("grace", "1500ms")).await();
  }

  /** Each member takes commands in order. */
  private void awaitTheLast() {
    Optional<Duration> last = Optional.of(Duration.ofSeconds(77));
    signal.publishShutdown(new JsonObject().put("member", "*").put("grace", "77s")).await();
    await().until(() -> first.contains(last) && second.contains(last));
    first.remove(last);
    second.remove(last);
  }

  @ParameterizedTest
  @ValueSource(strings = {"id-1", "m1"})
  void itIsForTheMemberOfThatIdOrName(String member) {
    say(member);
    awaitTheLast();
    assertThat(first).containsExactly(Optional.of(Duration.ofMillis(1500)));
    assertThat(second).isEmpty();
  }

  @Test
  void memberThatWasRenamedObeysItsNewNameAndNoLongerTheOld() {
    names.put("1", "m2-2");
    say("m1");
    awaitTheLast();
    assertThat(first).isEmpty();
    say("m2-2");
    awaitTheLast();
    assertThat(first).containsExactly(Optional.of(Duration.ofMillis(1500)));
  }

  @Test
  void theStarIsForAll() {
    say("*");
    awaitTheLast();
    assertThat(first).containsExactly(Optional.of(Duration.ofMillis(1500)));
    assertThat(second).isEqualTo(first);
  }

  @Test
  void withoutGraceTheMemberDecides() {
    signal.publishShutdown(new JsonObject().put("member", "m1")).await();
    awaitTheLast();
    assertThat(first).containsExactly(Optional.empty());
  }

  @Test
  void whatIsWrongIsRefusedWhereItIsSaid() {
    assertThatThrownBy(() -> signal.publishShutdown(new JsonObject().put("member", 1)).await())
        .isInstanceOfSatisfying(
            CommandException.class,
            e -> assertThat(e.problems().get(0).path()).isEqualTo("member"));
  }

  @Test
  @Logs("RefusalLog - fairlead.shutdown from bus refused")
  void whatIsWrongIsIgnoredWhereItIsHeard() {
    publishNonsense();
    awaitTheLast();
    assertThat(first).isEmpty();
  }

  private void publishNonsense() {
    for (Object body : new Object[] {null, 7, "{", "{\"member\":\"*\",\"grace\":\"soon\"}"}) {
      vertx.eventBus().publish(BusCommands.SHUTDOWN, body);
    }
  }

  @Test
  @Logs("RefusalLog - fairlead.shutdown from bus refused")
  void theLogTellsOfNonsenseOnceASecond(LogWatch logged) {
    publishNonsense();
    awaitTheLast();
    assertThat(logged.lines())
        .singleElement(as(STRING))
        .startsWith("WARN RefusalLog - fairlead.shutdown from bus refused: ");
  }

  @Test
  @Logs("refused: (expected: a JSON object)")
  void withASecretNonsenseIsCountedAsNotSigned() throws IOException {
    signal.stop().await();
    Path file = Files.writeString(directory.resolve("secret"), SecretTest.OLD);
    SignedCommands signed =
        SignedCommands.open(vertx, Secret.read(file), new SettableClock()).await();
    member("3", signed, first);
    vertx.eventBus().publish(BusCommands.SHUTDOWN, 7);
    vertx.eventBus().publish(BusCommands.SHUTDOWN, "{");
    await().until(() -> signed.refused() == 2);
    assertThat(first).isEmpty();
  }

  @Test
  @Logs({"refused: the command is not signed", "refused: this cluster has no secret"})
  void withASecretEveryMemberTakesASignedOneOnceAndNoOther() throws IOException {
    signal.stop().await();
    Path file = Files.writeString(directory.resolve("secret"), SecretTest.OLD);
    SignedCommands signed =
        SignedCommands.open(vertx, Secret.read(file), new SettableClock()).await();
    start(signed);
    JsonObject command = new JsonObject().put("member", "m1");
    vertx.eventBus().publish(BusCommands.SHUTDOWN, command);
    JsonObject envelope = signed.sign(BusCommands.SHUTDOWN, command);
    vertx.eventBus().publish(BusCommands.SHUTDOWN, envelope);
    vertx.eventBus().publish(BusCommands.SHUTDOWN, envelope);
    awaitTheLast();
    await().until(() -> signed.refused() == 4);
    assertThat(first).containsExactly(Optional.empty());
  }
}
