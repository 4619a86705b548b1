package dev.fairlead.event;

import dev.fairlead.config.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of what was changed, or was refused: one line each, by a logger of its own. Texts of
 * others are made safe to show. Any thread.
 *
 * <pre>
 * set web/10.0.0.1:9001 weight 3 by "ann", from http 10.0.0.7, token full: revision 8
 * </pre>
 */
public final class AuditLog {
  /** The name of the logger: API. */
  public static final String LOGGER = "fairlead.audit";

  /** Raising it shows more of long values that were refused; what was expected follows them. */
  private static final int MAX_REASON_CHARS = 1000;

  private static final Logger LOG = LoggerFactory.getLogger(LOGGER);

  private AuditLog() {}

  /**
   * Who asks for a change.
   *
   * @param author as the request names one; null = it names none
   * @param from where the request comes from: {@code http 10.0.0.7}, {@code bus NODE}
   * @param token {@code full}, {@code read} or {@code none}; null = there are no tokens there
   * @param certificate the subject of the client's certificate; null = there is none
   */
  public record Actor(
      @Nullable String author, String from, @Nullable String token, @Nullable String certificate) {

    /** One that has neither token nor certificate. */
    public static Actor of(@Nullable String author, String from) {
      return new Actor(author, from, null, null);
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      if (author != null && !author.isBlank()) {
        text.append("by ").append(quoted(author)).append(", ");
      }
      text.append("from ").append(Problem.oneLine(from));
      if (token != null) {
        text.append(", token ").append(token);
      }
      if (certificate != null) {
        text.append(", certificate ").append(quoted(certificate));
      }
      return text.toString();
    }

    /** So that it cannot look like the rest of the line. */
    private static String quoted(String text) {
      String escaped = text.replace("\\", "\\\\").replace("\"", "\\\"");
      return '"' + Problem.oneLine(escaped) + '"';
    }
  }

  /** {@code what} was done; {@code result} in words. */
  public static void done(Actor actor, String what, String result) {
    LOG.info("{} {}: {}", what, actor, result);
  }

  /** {@code what} was refused, or failed. */
  public static void refused(Actor actor, String what, Throwable why) {
    refused(actor, what, why instanceof CommandException refusal ? first(refusal) : "failed");
  }

  /** {@code what} was refused; {@code why} in words. */
  public static void refused(Actor actor, String what, String why) {
    LOG.info("{} {}: refused: {}", what, actor, Problem.oneLine(why, MAX_REASON_CHARS));
  }

  private static String first(CommandException refusal) {
    List<CommandProblem> problems = refusal.problems();
    int more = problems.size() - 1;
    return refusal.code() + " " + problems.get(0) + (more > 0 ? " (and " + more + " more)" : "");
  }

  /** The answer to a command in words: {@code revision 8, missing on m3}. */
  public static String result(JsonObject answer) {
    StringBuilder text = new StringBuilder("revision " + answer.getValue("revision"));
    if (answer.getValue("unchanged") instanceof Boolean unchanged && unchanged) {
      text.append(", unchanged");
    }
    if (answer.getValue("missing") instanceof JsonArray missing) {
      missing.stream()
          .filter(JsonObject.class::isInstance)
          .map(each -> ((JsonObject) each).getValue("member"))
          .forEach(member -> text.append(", missing on ").append(member));
    }
    return text.toString();
  }
}
