package dev.fairlead.imports;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One directive of a configuration that is imported: its words without quotes, environment
 * variables as Fairlead writes them. It keeps whether the result has it, so that none is lost: one
 * that is neither {@link #use used} nor in a comment at the end gets a comment. One import, one
 * thread.
 */
public final class Statement {
  private static final int MAX_SHOWN_CHARS = 160;

  private final String file;
  private final int line;
  private final String text;
  private final List<String> words;
  private final @Nullable List<Statement> block;

  private boolean settled;
  private boolean included;

  /** Why it is not used; null = nothing is known of it. */
  private @Nullable String reason;

  /**
   * @param text as it is written
   * @param words at least one
   * @param block what is in its braces; null = it has none
   */
  public Statement(
      String file, int line, String text, List<String> words, @Nullable List<Statement> block) {
    this.file = file;
    this.line = line;
    this.text = text.strip().replaceAll("[\\s\\p{Cntrl}]+", " ");
    this.words = List.copyOf(words);
    this.block = block == null ? null : List.copyOf(block);
  }

  public String file() {
    return file;
  }

  /** From 1. */
  public int line() {
    return line;
  }

  public List<String> words() {
    return words;
  }

  /** Notes that it is not in the file that is imported, but in one that it includes. */
  public Statement included() {
    included = true;
    return this;
  }

  /** As a comment names it: {@code line 12}, or {@code FILE:12} in an included file. */
  public String place() {
    return included ? file + ":" + line : "line " + line;
  }

  /** The directive itself. */
  public String name() {
    return words.get(0);
  }

  /** The word at an index, empty when there are not as many. */
  public String word(int index) {
    return index < words.size() ? words.get(index) : "";
  }

  /** The words from an index on. */
  public List<String> from(int index) {
    return words.subList(Math.min(index, words.size()), words.size());
  }

  /** What is in its braces; empty when it has none. */
  public List<Statement> block() {
    return block == null ? List.of() : block;
  }

  public boolean hasBlock() {
    return block != null;
  }

  /** Whether it begins with these words. */
  public boolean startsWith(String... first) {
    return words.size() >= first.length && words.subList(0, first.length).equals(List.of(first));
  }

  /** As a comment shows it, on one line. */
  public String text() {
    return text.length() <= MAX_SHOWN_CHARS ? text : text.substring(0, MAX_SHOWN_CHARS) + "...";
  }

  /** The result has it, or a comment that names it. */
  public Statement use() {
    settled = true;
    return this;
  }

  public boolean isSettled() {
    return settled;
  }

  /** It has no effect, because of this; the comment says so. */
  public void because(String why) {
    reason = why;
  }

  public @Nullable String reason() {
    return reason;
  }
}
