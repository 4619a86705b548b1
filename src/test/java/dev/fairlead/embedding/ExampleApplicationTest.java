package dev.fairlead.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.config.Revision;
import dev.fairlead.testkit.ClusterKeys;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestMember;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that the application of docs/embedding.md does what the page says. Provoked by running it
 * beside a member. A failure would look like a page that leads its reader astray.
 */
class ExampleApplicationTest {
  private static final String SECRET = "correct horse battery staple";

  @TempDir private Path directory;
  private final ClusterKeys keys = ClusterKeys.of(1);
  private TestBackend backend;

  @BeforeEach
  void startBackend() throws IOException {
    backend = TestBackend.echo();
  }

  @AfterEach
  void stopBackend() throws IOException {
    backend.close();
  }

  private TestMember member(String... clusterLines) {
    return MemberSetup.on(TransportKind.NIO)
        .node("name: m1")
        .cluster(keys, 0, clusterLines)
        .backends(backend)
        .start();
  }

  /** What the application pushes: another balance. */
  private String document() {
    return MemberSetup.on(TransportKind.NIO)
        .pool("balance: least-connections")
        .backends(backend)
        .dynamicPart();
  }

  private void run(TestMember member, String secret) throws Exception {
    ExampleApplication application =
        ExampleApplication.join(keys.name(), "127.0.0.1", keys.first(), secret);
    try {
      assertThat(application.report().getString("name")).isEqualTo("m1");
      assertThat(application.push(document()))
          .isEqualTo(
              new JsonObject()
                  .put("revision", 2)
                  .put("applied", new JsonArray().add("m1"))
                  .put("missing", new JsonArray())
                  .put("undone", new JsonArray()));
      assertThat(application.next("ConfigUpdate").getLong("revision")).isEqualTo(2);
      assertThat(application.push(document()).getBoolean("unchanged")).isTrue();
      assertThat(application.next("ConfigUpdate").getBoolean("unchanged")).isTrue();
    } finally {
      application.leave();
    }
    Revision inForce = member.view().config().revision();
    assertThat(inForce.revision()).isEqualTo(2);
    assertThat(inForce.text()).isEqualTo(document());
    assertThat(inForce.author()).isEqualTo("bus");
    assertThat(inForce.from()).startsWith("bus ").hasSizeGreaterThan(10);
  }

  @Test
  @Logs("was found: this member starts it")
  void itJoinsPushesAndHearsWhatBecomesOfIt() throws Exception {
    try (TestMember member = member()) {
      run(member, null);
    }
  }

  @Test
  @Logs("was found: this member starts it")
  void itSignsWhereThereIsASecret() throws Exception {
    Path file = Files.writeString(directory.resolve("secret"), SECRET);
    try (TestMember member = member("secretFile: " + file)) {
      run(member, SECRET);
    }
  }

  @Test
  void thePageShowsItWhole() throws IOException {
    String file = "src/test/java/dev/fairlead/embedding/ExampleApplication.java";
    String code = Files.readString(Path.of(file));
    String page = Files.readString(Path.of("docs/embedding.md"));
    assertThat(page).contains(file, "```java\n" + code + "```\n");
  }
}
