package dev.fairlead.pool;

import dev.fairlead.config.Labelled;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the agent of a backend has said of it so far, in the words of HAProxy's agent-check: a line
 * changes only what it names. Words are parted by spaces, tabs or commas, unknown ones are ignored,
 * and what follows {@code #} is a comment, which is kept as the reason of a {@code down}.
 * Immutable.
 *
 * <pre>
 * 50% maxconn:30    half the weight, 30 sessions
 * drain             no new sessions, still half the weight
 * ready up 100%     as configured, but for the 30 sessions
 * </pre>
 *
 * <p>After HAProxy, Configuration Manual, {@code agent-check}.
 *
 * @param weightPercent of the configured weight, 0 = no new sessions
 * @param down why the backend is down, null = it is not
 * @param maxConnections at one time, 0 = as configured
 */
public record AgentState(
    int weightPercent, AgentService service, @Nullable String down, int maxConnections) {
  /** Nothing was said. */
  public static final AgentState NONE = new AgentState(100, AgentService.READY, null, 0);

  /** Of the configured weight; more than a weight of 1000 could ever need. */
  public static final int MOST_PERCENT = 1000;

  private static final int MOST_REASON_CHARS = 100;
  private static final Pattern WORD = Pattern.compile("[^ \\t,]+");
  private static final Pattern PERCENT = Pattern.compile("\\d{1,4}%");
  private static final Pattern LIMIT = Pattern.compile("maxconn:\\d{1,9}");

  /** Whether the backend gets sessions, as far as the agent decides. */
  public enum AgentService implements Labelled {
    READY,
    /** No new sessions. */
    DRAIN,
    /** No new sessions, and not probed. */
    MAINT
  }

  /** Whether it may get new sessions when it is healthy. */
  public boolean takesSessions() {
    return service == AgentService.READY && weightPercent > 0;
  }

  /** After one more line of the agent. */
  public AgentState told(String line) {
    int comment = line.indexOf('#');
    String words = comment < 0 ? line : line.substring(0, comment);
    String reason = comment < 0 ? "" : clean(line.substring(comment + 1));
    AgentState state = this;
    Matcher word = WORD.matcher(words);
    while (word.find()) {
      state = state.toldWord(word.group().toLowerCase(Locale.ROOT), reason);
    }
    return state;
  }

  /** A line that tells this state to one who knows nothing; shown to people too. */
  public String text() {
    StringBuilder text = new StringBuilder().append(weightPercent).append('%');
    if (maxConnections > 0) {
      text.append(" maxconn:").append(maxConnections);
    }
    text.append(' ').append(service.label());
    return down == null ? text.append(" up").toString() : text.append(' ' + down).toString();
  }

  private AgentState toldWord(String word, String reason) {
    return switch (word) {
      case "ready" -> in(AgentService.READY);
      case "drain" -> in(AgentService.DRAIN);
      case "maint" -> in(AgentService.MAINT);
      case "up" -> new AgentState(weightPercent, service, null, maxConnections);
      case "down", "fail", "failed", "stopped" ->
          new AgentState(
              weightPercent,
              service,
              reason.isEmpty() ? word : word + " # " + reason,
              maxConnections);
      default -> toldNumber(word);
    };
  }

  private AgentState toldNumber(String word) {
    if (PERCENT.matcher(word).matches()) {
      int percent = Integer.parseInt(word.substring(0, word.length() - 1));
      return new AgentState(Math.min(percent, MOST_PERCENT), service, down, maxConnections);
    }
    if (LIMIT.matcher(word).matches()) {
      int limit = Integer.parseInt(word.substring("maxconn:".length()));
      return new AgentState(weightPercent, service, down, limit);
    }
    return this;
  }

  private AgentState in(AgentService next) {
    return new AgentState(weightPercent, next, down, maxConnections);
  }

  /** Makes a foreign text safe for one line of a log. */
  private static String clean(String text) {
    String line = text.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}#]", " ").strip();
    return line.substring(0, Math.min(line.length(), MOST_REASON_CHARS)).strip();
  }
}
