package dev.fairlead.cluster.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Revision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretTest {
  static final String OLD = "correct horse battery staple";
  static final String NEW = "another horse, another battery";

  /** Of the text {@code text}, made by another program. */
  private static final String MAC_BY_OLD =
      "13a9c4e0e4aaeb88b85d56bb71583be689ed286a4ea905240f57fb22fa6e662e";

  private static final Revision REVISION = revision(7, "id-6", "listeners: []\npools: []\n");

  @TempDir private Path directory;

  private static Revision revision(long number, String parent, String text) {
    return new Revision(
        number,
        "id-7",
        parent,
        Instant.EPOCH,
        new Revision.Origin(null, "ann", "bus", null),
        ConfigFormat.YAML,
        text,
        "",
        List.of());
  }

  private Secret secret(String text) throws IOException {
    return Secret.read(Files.writeString(directory.resolve("secret"), text));
  }

  @Test
  void theFirstLineSigns() throws IOException {
    assertThat(secret(OLD).sign("text")).isEqualTo(MAC_BY_OLD);
    assertThat(secret(OLD + "\r\n").sign("text")).isEqualTo(MAC_BY_OLD);
    assertThat(secret(NEW + "\n" + OLD + "\n").sign("text")).isNotEqualTo(MAC_BY_OLD);
  }

  @Test
  void bothLinesVerify() throws IOException {
    for (String lines : List.of(OLD, OLD + "\n" + NEW, NEW + "\n" + OLD)) {
      assertThat(secret(lines).verifies("text", MAC_BY_OLD)).isTrue();
      assertThat(secret(lines).verifies("text", MAC_BY_OLD.toUpperCase(Locale.ROOT))).isTrue();
      assertThat(secret(lines).verifies("text.", MAC_BY_OLD)).isFalse();
    }
    assertThat(secret(NEW).verifies("text", MAC_BY_OLD)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"''", "0", "zz", "13a9c4e0e4aaeb88b85d56bb71583be689ed286a4ea905240f57fb22fa6e662"})
  void otherTextsAreNoSignature(String mac) throws IOException {
    assertThat(secret(OLD).verifies("text", mac)).isFalse();
  }

  @Test
  void aRevisionIsSignedWithItsNumberItsIdsAndItsText() throws IOException {
    String mac = secret(OLD).mac(REVISION);
    assertThat(mac).isEqualTo("94e07701df38200627c41de69ea5ad0928fe37baf505fc9e27c11fff3ac441ce");
    assertThat(secret(OLD).verifies(REVISION, mac)).isTrue();
    for (Revision other :
        List.of(
            revision(8, "id-6", REVISION.text()),
            revision(7, "id-5", REVISION.text()),
            revision(7, "id-6", "listeners: []"))) {
      assertThat(secret(OLD).verifies(other, mac)).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', it is empty",
    "'\n', line 1 is shorter than 16 characters",
    "fifteen letters, line 1 is shorter than 16 characters",
    "'correct horse battery staple\nshort', line 2 is shorter than 16 characters",
    "'correct horse battery staple\na second line here\na third line here', it has 3 lines"
  })
  void anUnusableFileIsNamedWithItsKeyButNotShown(String text, String why) {
    assertThatIllegalStateException()
        .isThrownBy(() -> secret(text))
        .withMessageStartingWith("cluster.secretFile: " + directory.resolve("secret"))
        .withMessageContaining(
            "(expected: one or two lines of at least 16 characters, but: " + why + ")")
        .withMessageNotContaining("horse");
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Secret.read(directory.resolve("none")))
        .withMessageContaining("NoSuchFileException");
  }

  @Test
  void itIsNotShown() throws IOException {
    assertThat(secret(OLD)).hasToString("Secret[not shown]");
  }
}
