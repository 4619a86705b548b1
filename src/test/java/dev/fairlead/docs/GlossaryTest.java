package dev.fairlead.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Ensures that the glossary stays short and that each of its terms is a class of the program.
 * Provoked by reading its table. A failure names the term whose class was renamed or removed.
 */
class GlossaryTest {
  private static final int MAX_TERMS = 40;

  /** {@code | term | meaning | `package/Class` |}. */
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| ([^|`]+) \\| [^|]+ \\| `([a-z/]+/[A-Z]\\w*)(?:\\.(\\w+))?` \\|$");

  private static final Pattern ANY_ROW = Pattern.compile("(?m)^\\| (?!term |---).*$");

  @Test
  void eachTermHasItsClass() throws IOException {
    String page = Files.readString(Path.of("docs/glossary.md"));
    List<MatchResult> rows = ROW.matcher(page).results().toList();
    assertThat(rows).hasSizeBetween(30, MAX_TERMS);
    assertThat(rows.stream().map(row -> row.group(1))).doesNotHaveDuplicates().isSorted();
    assertThat(ANY_ROW.matcher(page).results()).hasSameSizeAs(rows);
    ProjectNames names = ProjectNames.in(Path.of("src/main/java"));
    for (MatchResult row : rows) {
      assertThat(ProjectNames.MAIN.resolve(row.group(2) + ".java")).as(row.group(1)).exists();
      if (row.group(3) != null) {
        String className = row.group(2).substring(row.group(2).lastIndexOf('/') + 1);
        assertThat(names.hasMember(className, row.group(3))).as(row.group()).isTrue();
      }
    }
  }
}
