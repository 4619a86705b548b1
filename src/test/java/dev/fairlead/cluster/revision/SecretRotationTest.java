package dev.fairlead.cluster.revision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.revision.ConfigStore.StoredRevision;
import dev.fairlead.cluster.signing.Secret;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Revision;
import dev.fairlead.config.text.Document;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that a secret can be changed member by member. Provoked by signing with the old one and
 * reading with both and with the new one. A failure would show as a member that believes nothing of
 * what is stored when the old line is taken out.
 */
final class SecretRotationTest {
  private static final String OLD = "the old secret of the cluster";
  private static final String NEW = "the new secret of the cluster";

  @TempDir private Path directory;

  private final Vertx vertx = Vertx.vertx();
  private final AsyncMap<String, String> map =
      vertx.sharedData().<String, String>getAsyncMap(ConfigStore.MAP).await();
  private final Revision first =
      new Draft(Document.of(ConfigFormat.YAML, "pools: []"), "digest", List.of())
          .first(new Revision.Origin(null, "file:a", "file a", null));

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void bothLinesVerifyAndTheFirstSignsAnew() throws IOException {
    ConfigStore old = store(OLD);
    old.replace(StoredRevision.NONE, first).await();
    old.replace(old.newest().await(), first.numbered(2, "second", first.id())).await();
    assertThat(store(NEW).newest().await().revision()).isNull();

    ConfigStore both = store(NEW + "\n" + OLD);
    assertThat(both.newest().await().revision().id()).isEqualTo("second");
    both.signAnew().await();

    assertThat(store(NEW).newest().await().revision().id()).isEqualTo("second");
    assertThat(store(NEW).history().list().await()).hasSize(2);
    assertThat(store(OLD).newest().await().revision()).isNull();
  }

  @Test
  void whatNobodyOfOursSignedIsNotSigned() throws IOException {
    ConfigStore foreign = new ConfigStore(vertx, map, new RevisionCodec(null));
    foreign.replace(StoredRevision.NONE, first).await();

    store(NEW).signAnew().await();

    assertThat(store(NEW).newest().await().revision()).isNull();
  }

  private ConfigStore store(String lines) throws IOException {
    Path file = Files.writeString(directory.resolve("secret"), lines);
    return new ConfigStore(vertx, map, new RevisionCodec(Secret.read(file)));
  }
}
