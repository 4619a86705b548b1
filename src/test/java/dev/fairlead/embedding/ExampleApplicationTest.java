package dev.fairlead.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.Events;
import dev.fairlead.cluster.Secret;
import dev.fairlead.cluster.Signals;
import dev.fairlead.cluster.SignedCommands;
import dev.fairlead.event.MemberId;
import dev.fairlead.event.MetricsReport;
import dev.fairlead.event.SystemEvent.ConfigUpdate;
import dev.fairlead.testkit.ClusteredVertx;
import dev.fairlead.testkit.FakeCommands;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that the application of docs/embedding.md does what the page says. Provoked by running it
 * beside a member whose commands are faked. A failure would look like a page that leads its reader
 * astray.
 */
class ExampleApplicationTest {
  private static final String SECRET = "correct horse battery staple";

  @TempDir private Path directory;
  private final FakeCommands commands = new FakeCommands();
  private ClusteredVertx node;
  private MemberId member;
  private Events events;

  @BeforeEach
  void startMember() {
    node = ClusteredVertx.start();
    member = new MemberId(node.id(), "m1");
    events = new Events(node.vertx(), this::numbers);
    events.start().await();
    commands.answer(this::applied);
  }

  @AfterEach
  void stopMember() {
    node.close();
  }

  private void answer(Secret secret) {
    SignedCommands signed =
        SignedCommands.open(node.vertx(), secret, InstantSource.system()).await();
    new Signals(node.vertx(), member, commands, signed).start().await();
  }

  private MetricsReport numbers() {
    return new MetricsReport(
        member,
        Instant.now(),
        1,
        Duration.ofSeconds(1),
        new MetricsReport.Sessions(0, 0, 0, 0),
        List.of(),
        List.of());
  }

  private Future<JsonObject> applied(JsonObject command) {
    events.publish(
        new ConfigUpdate(member, Instant.now(), 2, command.getString("author"), "bus", null));
    return Future.succeededFuture(new JsonObject().put("revision", 2));
  }

  private void run(String secret) throws Exception {
    ExampleApplication application =
        ExampleApplication.join(node.cluster(), "127.0.0.1", node.address(), secret);
    try {
      assertThat(application.report().getString("name")).isEqualTo("m1");
      assertThat(application.push("pools: []").getLong("revision")).isEqualTo(2);
      assertThat(application.next("ConfigUpdate").getLong("revision")).isEqualTo(2);
    } finally {
      application.leave();
    }
    assertThat(commands.calls())
        .singleElement()
        .satisfies(
            call -> {
              assertThat(call.from()).startsWith("bus ").hasSizeGreaterThan(10);
              assertThat(call.command())
                  .isEqualTo(
                      new JsonObject()
                          .put("config", "pools: []")
                          .put("format", "yaml")
                          .put("author", "bus"));
            });
  }

  @Test
  void itJoinsPushesAndHearsWhatBecomesOfIt() throws Exception {
    answer(null);
    run(null);
  }

  @Test
  void itSignsWhereThereIsASecret() throws Exception {
    answer(Secret.read(Files.writeString(directory.resolve("secret"), SECRET)));
    run(SECRET);
  }

  @Test
  void thePageShowsItWhole() throws IOException {
    String file = "src/test/java/dev/fairlead/embedding/ExampleApplication.java";
    String code = Files.readString(Path.of(file));
    String page = Files.readString(Path.of("docs/embedding.md"));
    assertThat(page).contains(file, "```java\n" + code + "```\n");
  }
}
