package dev.fairlead.config.text;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import java.util.List;

/** A unified diff of two texts. */
public final class DocumentDiff {
  private static final int CONTEXT_LINES = 3;

  private DocumentDiff() {}

  /**
   * {@code --- nameA}, {@code +++ nameB}, then hunks of lines that begin with a space, {@code -} or
   * {@code +}. Empty when no line differs.
   */
  public static List<String> unified(String nameA, String textA, String nameB, String textB) {
    List<String> linesA = textA.lines().toList();
    List<String> linesB = textB.lines().toList();
    return UnifiedDiffUtils.generateUnifiedDiff(
        nameA, nameB, linesA, DiffUtils.diff(linesA, linesB, new LineDiff(), null), CONTEXT_LINES);
  }
}
