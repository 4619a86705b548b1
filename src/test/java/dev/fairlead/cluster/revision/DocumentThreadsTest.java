package dev.fairlead.cluster.revision;

import static dev.fairlead.cluster.revision.FakeMembers.FIRST;
import static dev.fairlead.cluster.revision.FakeMembers.withWeight;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.cluster.revision.ConfigStart.StartupConfig;
import dev.fairlead.cluster.revision.FakeMembers.FakeMember;
import dev.fairlead.cluster.signing.Secret;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Revision;
import dev.fairlead.config.text.Document;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that no event loop encodes, signs or parses a document, because it carries sessions and a
 * document may have megabytes. Provoked by everything a cluster with a secret does with documents;
 * {@link RevisionCodec}, {@link Secret} and {@link Document} assert on which thread they are. A
 * failure would show as an AssertionError.
 */
final class DocumentThreadsTest {
  @TempDir private Path directory;
  private FakeMembers cluster;
  private FakeMember a;
  private FakeMember b;

  @BeforeEach
  void start() throws IOException {
    Path file = Files.writeString(directory.resolve("secret"), "the secret of this cluster\n");
    cluster = new FakeMembers(Secret.read(file));
    a = cluster.start("a");
    b = cluster.start("b");
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  @Test
  void assertionsAreOn() {
    Document document = Document.of(ConfigFormat.YAML, FIRST);
    assertThatThrownBy(() -> a.on(() -> Future.succeededFuture(document.digest())).await())
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(
            () ->
                a.on(() -> Future.succeededFuture(new RevisionCodec(null).write(a.sync.applied())))
                    .await())
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void commandsWorkWithDocumentsOnWorkers() {
    assertThat(a.push(withWeight(7)).getJsonArray("applied")).containsExactly("a", "b");
    JsonObject set =
        new JsonObject().put("pool", "web").put("backend", "127.0.0.1:9001").put("weight", 5);
    b.on(() -> b.commands.set(set, "test")).await();
    b.on(() -> b.commands.rollback(new JsonObject().put("revision", 1), "test")).await();
    Document file = Document.of(ConfigFormat.YAML, withWeight(8));
    a.on(() -> a.commands.pushFile(file, new Revision.Origin(null, "file:a", "file", null)))
        .await();
    assertThat(a.on(() -> a.commands.get(new JsonObject())).await().getLong("revision"))
        .isEqualTo(5);
    assertThat(a.on(a.commands::history).await().getJsonArray("history")).hasSize(5);
  }

  @Test
  void twentyRevisionsThatAMergeLostAreSignedAnewOnWorkers() {
    for (int i = 0; i < RevisionHistory.KEPT; i++) {
      a.push(withWeight(i + 2));
    }
    cluster.map.clear().await();

    a.on(a.sync::sync).await();

    assertThat(a.on(a.commands::history).await().getJsonArray("history"))
        .hasSize(RevisionHistory.KEPT);
  }

  @Test
  void keptRevisionsAreOfferedOnWorkers() {
    List<Revision> kept = new ArrayList<>();
    for (long i = 9; i > 5; i--) {
      kept.add(a.sync.applied().numbered(i, "kept" + i, "kept" + (i - 1)));
    }
    FakeMember c = cluster.add("c");
    Document file = Document.of(ConfigFormat.YAML, FIRST);

    c.starting(new StartupConfig(file, "another", List.of()), kept).await();
    b.on(b.sync::sync).await();

    assertThat(b.sync.applied().revision()).isEqualTo(9);
  }
}
