package dev.fairlead.member;

import dev.fairlead.cluster.node.ClusterException;
import dev.fairlead.cluster.revision.ClusterRevisionException;
import dev.fairlead.config.Problem;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.event.CommandException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A member could not start. {@link #lines} name the reasons, one line per problem. */
public final class StartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> lines;

  private StartException(List<String> lines, @Nullable Throwable cause) {
    super(String.join("; ", lines), cause);
    this.lines = List.copyOf(lines);
  }

  /** The file can't be read; the message of {@code cause} names it. */
  static StartException unreadable(IOException cause) {
    return new StartException(List.of(String.valueOf(cause.getMessage())), cause);
  }

  static StartException of(List<Problem> problems) {
    return new StartException(problems.stream().map(Problem::toString).toList(), null);
  }

  /** The problems that {@code cause} names, attributed to the file or to the cluster's revision. */
  static StartException of(ConfigText file, Exception cause) {
    List<String> lines =
        cause instanceof ClusterRevisionException theirs
            ? lines("revision " + theirs.revision() + " of the cluster", false, theirs.reason())
            : lines(file.name(), true, cause);
    return new StartException(lines, cause);
  }

  /** {@code isFile}: whether who reads it has the lines of the source before him. */
  private static List<String> lines(String source, boolean isFile, Throwable cause) {
    if (cause instanceof ClusterException refused) {
      return List.of(
          new Problem(source, 0, refused.path(), String.valueOf(refused.getMessage())).toString());
    }
    if (cause instanceof CommandException refused) {
      return refused.problems().stream()
          .map(each -> new Problem(source, isFile ? each.line() : 0, each.path(), each.message()))
          .map(Problem::toString)
          .toList();
    }
    return List.of(source + ": " + Problem.reason(cause));
  }

  public List<String> lines() {
    return lines;
  }
}
