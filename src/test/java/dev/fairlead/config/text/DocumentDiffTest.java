package dev.fairlead.config.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DocumentDiffTest {
  @Test
  void aChangeHasThreeLinesAroundIt() {
    assertThat(
            DocumentDiff.unified(
                "revision 1", "a\nb\nc\nd\ne\nf\ng\nh\n", "revision 2", "a\nb\nc\nd\nE\nf\ng\nh\n"))
        .containsExactly(
            "--- revision 1",
            "+++ revision 2",
            "@@ -2,7 +2,7 @@",
            " b",
            " c",
            " d",
            "-e",
            "+E",
            " f",
            " g",
            " h");
  }

  @Test
  void whatIsAddedOrRemovedIsMarked() {
    assertThat(DocumentDiff.unified("x", "b", "y", "a\nb"))
        .containsExactly("--- x", "+++ y", "@@ -1,1 +1,2 @@", "+a", " b");
    assertThat(DocumentDiff.unified("x", "a\nb", "y", "b"))
        .containsExactly("--- x", "+++ y", "@@ -1,2 +1,1 @@", "-a", " b");
  }

  @Test
  void equalTextsHaveNone() {
    assertThat(DocumentDiff.unified("x", "a\nb\n", "y", "a\r\nb")).isEmpty();
  }
}
