package dev.fairlead.config.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;

class TomlLinesTest {
  /** Pieces of lines that open, close or hide strings and comments. */
  private static final List<String> PIECES =
      List.of("\"\"\"", "'''", "\"", "'", "#", "\\", "\\\"", "x", " ", "\n", "\r\n", "[", "]", ",");

  @Test
  void linesOfStringsStay() {
    String text =
        """
        # a

        s = \"""
        # not a comment

        \\\"""\"
        # b
        t = '''
        # "
        \\'''  # c

        u = ["#", '#',
          # d

          "\\"#"]
        """;
    TomlLines lines = TomlLines.of(text);
    assertThat(lines.text()).doesNotContain("# a", "# b", "# d").contains("# c", "# not");
    assertThat(lines.original(1)).isEqualTo(3);
    assertThat(lines.original("x at line 5, column 1")).isEqualTo("x at line 8, column 1");
    assertSame(text);
  }

  @Property
  void whatIsLeftMeansTheSame(@ForAll("texts") String text) {
    assertSame(text);
  }

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> value =
        Arbitraries.of(PIECES).list().ofMaxSize(12).map(pieces -> String.join("", pieces));
    return value
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(
            values ->
                "a = \"\"\"" + String.join("\"\"\"\n# c\n\nb = '''", values) + "'''\n\nz = 1\n");
  }

  private static void assertSame(String text) {
    TomlParseResult whole = Toml.parse(text);
    TomlLines lines = TomlLines.of(text);
    TomlParseResult left = Toml.parse(lines.text());
    assertThat(left.hasErrors()).isEqualTo(whole.hasErrors());
    if (!whole.hasErrors()) {
      assertThat(left.toJson()).isEqualTo(whole.toJson());
      for (String key : whole.keySet()) {
        assertThat(lines.original(left.inputPositionOf(key).line()))
            .isEqualTo(whole.inputPositionOf(key).line());
      }
    }
  }
}
