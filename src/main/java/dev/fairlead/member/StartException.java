package dev.fairlead.member;

import dev.fairlead.cluster.node.ClusterException;
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

  /** The problems that {@code cause} names, attributed to the configuration file. */
  static StartException of(ConfigText file, Exception cause) {
    return new StartException(lines(file.name(), cause), cause);
  }

  private static List<String> lines(String file, Exception cause) {
    if (cause instanceof ClusterException refused) {
      return List.of(
          new Problem(file, 0, refused.path(), String.valueOf(refused.getMessage())).toString());
    }
    if (cause instanceof CommandException refused) {
      return refused.problems().stream()
          .map(each -> new Problem(file, each.line(), each.path(), each.message()).toString())
          .toList();
    }
    return List.of(file + ": " + Problem.reason(cause));
  }

  public List<String> lines() {
    return lines;
  }
}
