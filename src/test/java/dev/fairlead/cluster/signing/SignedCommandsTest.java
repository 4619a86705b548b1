package dev.fairlead.cluster.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.cluster.SettableClock;
import dev.fairlead.event.CommandException;
import dev.fairlead.testkit.Logs;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that a signed command is taken once, unchanged and in its time. Provoked by changing,
 * delaying and repeating it. A failure would look like a command that a process without the secret
 * can give.
 */
@ExtendWith(VertxExtension.class)
@Logs("RefusalLog - fairlead.backend.set from bus refused")
class SignedCommandsTest {
  private static final String ADDRESS = "fairlead.backend.set";
  private static final JsonObject COMMAND =
      new JsonObject().put("pool", "web").put("backend", "10.0.0.1:9001").put("weight", 0);

  @TempDir private Path directory;
  private final SettableClock clock = new SettableClock();
  private Vertx vertx;
  private SignedCommands signed;

  @BeforeEach
  void open(Vertx vertx) throws IOException {
    this.vertx = vertx;
    signed = with(SecretTest.OLD);
  }

  private SignedCommands with(String lines) throws IOException {
    Path file = Files.writeString(directory.resolve("secret"), lines);
    return SignedCommands.open(vertx, Secret.read(file), clock).await();
  }

  private static ReceivedBody received(JsonObject body) {
    return new ReceivedBody(ADDRESS, "bus", "bus", () -> body);
  }

  private JsonObject opened(JsonObject body) {
    return signed.open(received(body), "").await();
  }

  private void assertRefused(JsonObject body, String path, String message) {
    long before = signed.refused();
    assertThatThrownBy(() -> opened(body))
        .isInstanceOfSatisfying(
            CommandException.class,
            e -> {
              assertThat(e.code()).isEqualTo(CommandException.UNSIGNED);
              assertThat(e.problems().get(0).path()).isEqualTo(path);
              assertThat(e.problems().get(0).message()).contains(message);
            });
    assertThat(signed.refused()).isEqualTo(before + 1);
  }

  /** The worked example of docs/embedding.md, signed by another program. */
  private static JsonObject documented(Object time, String mac) {
    return new JsonObject()
        .put("signed", "{\"pool\":\"web\",\"backend\":\"10.0.0.1:9001\",\"weight\":0}")
        .put("time", time)
        .put("nonce", "7c1f0a52")
        .put("mac", mac);
  }

  @Test
  void theDocumentedExampleIsTaken() throws IOException {
    String mac = "eb1003add6d3acab544a33f5923c2e5248fa22f43c96ecc8c9ae709884b0172f";
    assertThat(opened(documented("2026-11-22T12:00:00Z", mac))).isEqualTo(COMMAND);
    String page = Files.readString(Path.of("docs/embedding.md"));
    assertThat(page).contains(mac, SecretTest.OLD, "7c1f0a52");
  }

  @Test
  void epochMillisecondsAreATimeToo() {
    String mac = "993eecb692d8091642a3bca7194d32213089de67683608dc9cd58be512d9f3ec";
    assertThat(opened(documented(1_795_348_800_000L, mac))).isEqualTo(COMMAND);
  }

  @Test
  void whatAMemberSaysAnotherTakes() {
    JsonObject sent = signed.sign(ADDRESS, COMMAND);
    assertThat(opened(new JsonObject(sent.encode()))).isEqualTo(COMMAND);
  }

  @Test
  void theSecondLineVerifiesWhileTheSecretIsChanged() throws IOException {
    JsonObject sent = signed.sign(ADDRESS, COMMAND);
    signed = with(SecretTest.NEW + "\n" + SecretTest.OLD);
    assertThat(opened(sent)).isEqualTo(COMMAND);
    assertRefused(with("a secret of somebody else").sign(ADDRESS, COMMAND), "mac", "wrong");
  }

  @ParameterizedTest
  @CsvSource({
    "signed, '{\"pool\":\"web\",\"backend\":\"10.0.0.1:9001\",\"weight\":1}'",
    "time, 2026-11-22T12:00:01Z",
    "nonce, another",
    "mac, eb1003add6d3acab544a33f5923c2e5248fa22f43c96ecc8c9ae709884b0172f"
  })
  void aChangedFieldIsAWrongSignature(String key, String value) {
    assertRefused(signed.sign(ADDRESS, COMMAND).put(key, value), "mac", "the signature is wrong");
  }

  @Test
  void itIsForOneAddress() {
    assertRefused(signed.sign("fairlead.shutdown", COMMAND), "mac", "the signature is wrong");
  }

  @ParameterizedTest
  @CsvSource({
    "time, '\"noon\"', epoch milliseconds",
    "time, 1.5, epoch milliseconds",
    "time, null, epoch milliseconds",
    "time, 99999999999999999999, epoch milliseconds",
    "time, '\"2026-11-22T12:00:00\"', epoch milliseconds",
    "nonce, null, a text",
    "nonce, 7, a text",
    "nonce, '\"\"', 1 to 100 characters",
    "nonce, '\"a\\tb\"', control character",
    "time, '\"1795348800000\\n\"', control character",
    "signed, '{}', a text",
    "mac, 1, a text",
    "else, 1, unknown key"
  })
  void whatIsNoEnvelopeIsRefused(String key, String json, String message) {
    JsonObject body =
        new JsonObject(
            signed
                .sign(ADDRESS, COMMAND)
                .put(key, "REPLACE")
                .encode()
                .replace("\"REPLACE\"", json));
    assertRefused(body, key.equals("else") ? "" : key, message);
  }

  @Test
  void anUnsignedCommandIsRefused() {
    assertRefused(COMMAND, "", "the command is not signed");
  }

  @ParameterizedTest
  @ValueSource(longs = {-30, 0, 30})
  void itIsTakenWithinThirtySeconds(long seconds) {
    JsonObject sent = signed.sign(ADDRESS, COMMAND);
    clock.advance(Duration.ofSeconds(seconds));
    assertThat(opened(sent)).isEqualTo(COMMAND);
  }

  @ParameterizedTest
  @CsvSource({"-30001, 30s ahead of", "30001, 30s behind", "95000, 95s behind"})
  void afterThatItIsRefusedWithTheDifferenceOfTheClocks(long millis, String difference) {
    JsonObject sent = signed.sign(ADDRESS, COMMAND);
    clock.advance(Duration.ofMillis(millis));
    assertRefused(
        sent,
        "time",
        sent.getString("time")
            + ", "
            + difference
            + " the clock of this member (expected: at most 30s)");
  }

  @Test
  void aRequestIsTakenOnce() {
    JsonObject sent = signed.sign(ADDRESS, COMMAND);
    assertThat(opened(sent)).isEqualTo(COMMAND);
    assertRefused(sent, "nonce", "it was used before");
  }

  /** The text that is signed has a line feed between the nonce and the command. */
  @Test
  void aLineFeedThatMovesIntoTheNonceMakesNoNewCommand() throws IOException {
    Secret secret = Secret.read(directory.resolve("secret"));
    String time = clock.instant().toString();
    String mac = secret.sign(String.join("\n", ADDRESS, time, "n1", "\n" + COMMAND.encode()));
    JsonObject sent = new JsonObject().put("time", time).put("mac", mac);
    sent.put("nonce", "n1").put("signed", "\n" + COMMAND.encode());
    assertThat(opened(sent)).isEqualTo(COMMAND);
    JsonObject moved = sent.copy().put("nonce", "n1\n").put("signed", COMMAND.encode());
    assertRefused(moved, "nonce", "control character");
  }

  @Test
  void aPublishedCommandIsTakenOnceByEveryReceiver() {
    ReceivedBody heard = received(signed.sign(ADDRESS, COMMAND));
    for (String receiver : List.of("m1", "m2")) {
      assertThat(signed.open(heard, receiver).await()).isEqualTo(COMMAND);
      assertThatThrownBy(() -> signed.open(heard, receiver).await())
          .hasMessageContaining("it was used before");
    }
  }

  @Test
  void aWrongSignatureUsesUpNoNonce() {
    JsonObject sent = signed.sign(ADDRESS, COMMAND);
    assertRefused(sent.copy().put("mac", "00"), "mac", "wrong");
    assertThat(opened(sent)).isEqualTo(COMMAND);
  }

  @Test
  void withoutASecretCommandsArePlainAndEnvelopesRefused() {
    SignedCommands plain = SignedCommands.open(vertx, null, clock).await();
    assertThat(plain.sign(ADDRESS, COMMAND)).isEqualTo(COMMAND);
    assertThat(plain.open(received(COMMAND), "").await()).isEqualTo(COMMAND);
    ReceivedBody envelope = received(signed.sign(ADDRESS, COMMAND));
    assertThatThrownBy(() -> plain.open(envelope, "").await())
        .isInstanceOfSatisfying(
            CommandException.class, e -> assertThat(e.code()).isEqualTo(CommandException.PROBLEMS))
        .hasMessageContaining("this cluster has no secret");
    assertThat(plain.refused()).isZero();
  }
}
