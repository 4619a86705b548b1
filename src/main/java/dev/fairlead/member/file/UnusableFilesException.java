package dev.fairlead.member.file;

import java.util.List;

/** Files that a configuration names, and other values, cannot be used on this member. */
public final class UnusableFilesException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<FileProblem> problems;

  /**
   * What is wrong with one.
   *
   * @param path of the key, such as {@code pools[0].tls.ca}
   * @param value of the key, with variables resolved
   */
  public record FileProblem(String path, String value, String expected) {}

  UnusableFilesException(List<FileProblem> problems) {
    super("files cannot be used");
    this.problems = List.copyOf(problems);
  }

  /** All of them, in the order in which the files were read. */
  public List<FileProblem> problems() {
    return problems;
  }
}
