package dev.fairlead.cluster.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.event.CommandException;
import dev.fairlead.event.CommandProblem;
import dev.fairlead.event.MemberId;
import dev.fairlead.testkit.ClusteredVertx;
import dev.fairlead.testkit.FakeCommands;
import dev.fairlead.testkit.FakeCommands.Call;
import dev.fairlead.testkit.Logs;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that another application in the cluster can give commands and gets their answers or the
 * reasons of their refusal. Provoked by two nodes, a member and such an application. A failure
 * would look like a request with a wrong answer, without one, or with that of a foreign node.
 */
class BusCommandsTest {
  private static ClusteredVertx member;
  private static ClusteredVertx application;

  @TempDir private Path directory;
  private final FakeCommands commands = new FakeCommands();
  private BusCommands bus;

  @BeforeAll
  static void startCluster() {
    member = ClusteredVertx.start();
    application = member.another();
  }

  @AfterAll
  static void stopCluster() {
    application.close();
    member.close();
  }

  @BeforeEach
  void startWithoutSecret() {
    start(plain());
  }

  @AfterEach
  void stop() {
    bus.stop().await();
  }

  private static SignedCommands plain() {
    return SignedCommands.open(member.vertx(), null, InstantSource.system()).await();
  }

  private SignedCommands withSecret(Vertx vertx) throws IOException {
    Path file = Files.writeString(directory.resolve("secret"), SecretTest.OLD);
    return SignedCommands.open(vertx, Secret.read(file), InstantSource.system()).await();
  }

  private void start(SignedCommands signed) {
    MemberId self = new MemberId(member.id(), "m1");
    bus = new BusCommands(member.vertx(), () -> self, commands, signed, grace -> {}, ends -> {});
    bus.start().await();
    await().ignoreExceptions().until(BusCommandsTest::applicationIsAnswered);
    commands.calls().clear();
  }

  /** False, or an exception, until the application's node has learned whom to ask. */
  private static boolean applicationIsAnswered() {
    DeliveryOptions soon = new DeliveryOptions().setSendTimeout(500);
    return application.vertx().eventBus().request(BusCommands.GET, null, soon).await() != null;
  }

  private SignedCommands startWithSecret() throws IOException {
    bus.stop().await();
    SignedCommands signed = withSecret(member.vertx());
    start(signed);
    return signed;
  }

  private static Object request(String address, Object body) {
    return application.vertx().eventBus().request(address, body).map(Message::body).await();
  }

  private static void assertFails(String address, Object body, int code, String problems) {
    assertThatThrownBy(() -> request(address, body))
        .isInstanceOfSatisfying(
            ReplyException.class,
            e -> {
              assertThat(e.failureType()).isEqualTo(ReplyFailure.RECIPIENT_FAILURE);
              assertThat(e.failureCode()).isEqualTo(code);
              assertThat(new JsonObject(e.getMessage()).getJsonArray("problems").encode())
                  .isEqualTo(problems);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "fairlead.config.push|push|{\"config\":\"\",\"format\":\"yaml\",\"author\":\"ann\"}|bus",
        "fairlead.config.rollback|rollback|{\"revision\":3,\"author\":\"ann\"}|bus",
        "fairlead.backend.set|set|{\"pool\":\"web\",\"backend\":\"b\",\"weight\":3,"
            + "\"author\":\"ann\"}|bus",
        "fairlead.config.get|get|{\"revision\":3}|",
        "fairlead.config.history|history|{}|"
      })
  void everyAddressAnswersWithItsCommand(String address, String name, String json, String from) {
    JsonObject command = new JsonObject(json);
    for (Object body : List.of(command, json, Buffer.buffer(json))) {
      assertThat(request(address, body)).isEqualTo(command);
    }
    assertThat(commands.calls()).hasSize(3).containsOnly(new Call(name, command, from));
  }

  @Test
  void theNewestRevisionIsAskedForWithoutABody() {
    assertThat(request(BusCommands.GET, null)).isEqualTo(new JsonObject());
    assertThat(request(BusCommands.HISTORY, null)).isEqualTo(new JsonObject());
  }

  @Test
  void aSenderThatSaysItsNodeIdIsRemembered() {
    JsonObject command = new JsonObject().put("revision", 3).put("author", "ann");
    DeliveryOptions options = new DeliveryOptions().addHeader("node", application.id());
    application.vertx().eventBus().request(BusCommands.ROLLBACK, command, options).await();
    assertThat(commands.calls())
        .containsExactly(new Call("rollback", command, "bus " + application.id()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\nb"})
  void aSenderWhoseNodeIdIsNoneIsTheBus(String node) {
    DeliveryOptions options = new DeliveryOptions().addHeader("node", node);
    JsonObject command = new JsonObject().put("revision", 3);
    application.vertx().eventBus().request(BusCommands.ROLLBACK, command, options).await();
    assertThat(commands.calls()).extracting(Call::from).containsExactly("bus");
  }

  @Test
  @Logs("fairlead.config.push from bus refused: (expected: a JSON object)")
  void aWrongBodyIsAnsweredWithItsProblems() {
    assertFails(
        BusCommands.SET,
        new JsonObject().put("pool", 1).put("backend", "b").put("weight", 1),
        422,
        "[{\"path\":\"pool\",\"message\":\"1 (expected: a text of 1 to 300 characters)\"}]");
    assertFails(
        BusCommands.PUSH, 7, 422, "[{\"path\":\"\",\"message\":\"(expected: a JSON object)\"}]");
    assertThat(commands.calls()).isEmpty();
  }

  @Test
  void aRefusalKeepsItsCodeAndItsProblems() {
    commands.refuse(
        new CommandException(
            CommandException.NO_ANSWER,
            List.of(new CommandProblem("", 0, "no answer within 3s", "m3"))));
    assertFails(
        BusCommands.HISTORY,
        new JsonObject(),
        503,
        "[{\"path\":\"\",\"message\":\"no answer within 3s\",\"member\":\"m3\"}]");
  }

  @Test
  @Logs("BusCommands - fairlead.config.history from bus failed")
  void aBugIsAnswered500AndTellsNothingOfTheInside() {
    commands.answer(command -> Future.failedFuture(new IllegalStateException("inside")));
    String answer = "[{\"path\":\"\",\"message\":\"it failed, see the log of member m1\"}]";
    assertFails(BusCommands.HISTORY, new JsonObject(), 500, answer);
    commands.answer(
        command -> {
          throw new IllegalStateException("inside");
        });
    assertFails(BusCommands.HISTORY, new JsonObject(), 500, answer);
  }

  @Test
  @Logs("refused: the command is not signed")
  void withASecretOnlySignedChangesAreTaken() throws IOException {
    SignedCommands signed = startWithSecret();
    JsonObject command = new JsonObject().put("revision", 3).put("author", "ann");
    assertFails(
        BusCommands.ROLLBACK,
        command,
        401,
        "[{\"path\":\"\",\"message\":"
            + "\"the command is not signed (expected: {signed, time, nonce, mac})\"}]");
    assertThat(commands.calls()).isEmpty();
    assertThat(signed.refused()).isOne();
    JsonObject envelope = withSecret(application.vertx()).sign(BusCommands.ROLLBACK, command);
    assertThat(request(BusCommands.ROLLBACK, envelope)).isEqualTo(command);
    assertFails(
        BusCommands.ROLLBACK,
        envelope,
        401,
        "[{\"path\":\"nonce\",\"message\":\"it was used before\"}]");
    assertThat(commands.calls()).hasSize(1);
  }

  @Test
  void withASecretAnybodyMayLook() throws IOException {
    startWithSecret();
    JsonObject command = new JsonObject().put("revision", 3);
    assertThat(request(BusCommands.GET, command)).isEqualTo(command);
  }

  /** The application's node learns of it some time later, and nothing may be lost until then. */
  @Test
  void aMemberThatStoppedAnswersUntilNobodyAsksItAnyMore() {
    bus.drain().await();
    await()
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> request(BusCommands.GET, new JsonObject()))
                    .isInstanceOfSatisfying(
                        ReplyException.class,
                        e -> assertThat(e.failureType()).isEqualTo(ReplyFailure.NO_HANDLERS)));
  }

  @Test
  void aMemberThatStoppedStillAnswersWhatComes() {
    bus.drain().await();
    assertThat(member.vertx().eventBus().request(BusCommands.GET, null).await().body())
        .isEqualTo(new JsonObject());
  }
}
