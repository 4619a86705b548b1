package dev.fairlead.member;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.config.text.ConfigText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that a file that was changed while its member was down counts as changed until the
 * cluster has it. Provoked by starting again without that. A failure would look like an edited file
 * that is ignored for ever.
 */
class StartStateTest {
  @TempDir private Path directory;

  private StartState start(String dynamicPart) throws IOException {
    String state = "node: { stateDir: state }\n";
    ConfigText text =
        new ConfigText("fairlead.yaml", ConfigFormat.YAML, state + dynamicPart, directory);
    ConfigLoader loader = new ConfigLoader(Map.of(), List.of());
    return StartState.read(new LiveConfig.OwnConfig(text, loader.load(text).config(), loader));
  }

  @Test
  void theFileThatIsKeptIsTheOneTheClusterTook() throws IOException {
    StartState first = start("pools: []\n");
    assertThat(first.startup().keptFileDigest()).isNull();
    first.kept().revisions(List.of("{}"));
    String taken = first.kept().fileDigest();

    StartState joined = start("pools: [{ name: web, backends: [] }]\n");
    joined.kept().revisions(List.of("{}", "{}"));
    assertThat(joined.startup().keptFileDigest()).isEqualTo(taken);

    StartState again = start("pools: [{ name: web, backends: [] }]\n");
    assertThat(again.startup().keptFileDigest()).isEqualTo(taken);
    again.kept().fileTaken("another");
    assertThat(start("pools: []\n").startup().keptFileDigest()).isEqualTo("another");
  }
}
