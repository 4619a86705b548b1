package dev.fairlead.member.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fairlead.config.TlsConfig.ProviderChoice;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.member.file.UnusableFilesException.FileProblem;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A configuration whose files cannot be used is refused with all of them at once. Provoked with
 * files of each kind that are missing. A failure names the lists only when the certificates are
 * mended.
 */
@ExtendWith(VertxExtension.class)
final class FilesInForceTest {
  @TempDir private Path directory;

  @Test
  void problemsOfAllKindsAreNamedAtOnce(Vertx vertx) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("f.yaml"),
            """
            listeners:
            - { name: a, bind: 127.0.0.1:0, pool: p, allow: [{ file: no.txt }],
                tls: { certificates: [{ cert: no.pem }] } }
            pools:
            - { name: p, backends: [{ host: 127.0.0.1, port: 1 }], tls: { ca: none.pem } }
            """);
    ConfigLoader.LoadResult result =
        new ConfigLoader(Map.of(), List.of()).load(ConfigText.read(file));
    assertThat(result.problems()).isEmpty();
    TlsInForce tls = new TlsInForce(ProviderChoice.JDK, List.of(), InstantSource.system());
    FilesInForce files = new FilesInForce(vertx, tls, () -> {});
    UnusableFilesException refused =
        catchThrowableOfType(UnusableFilesException.class, () -> files.read(result.config()));
    assertThat(refused.problems())
        .extracting(FileProblem::path)
        .containsExactly(
            "listeners[0].tls.certificates[0].cert",
            "pools[0].tls.ca",
            "listeners[0].allow[0].file");
  }
}
