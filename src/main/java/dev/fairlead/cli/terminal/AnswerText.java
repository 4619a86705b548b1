package dev.fairlead.cli.terminal;

import dev.fairlead.config.Revision;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;

/** A member's answers as lines for a terminal. */
public final class AnswerText {
  private static final JsonObject NOTHING = new JsonObject();

  private static final long MINUTE = 60;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;

  private AnswerText() {}

  /** The objects of the array {@code list}; none if it is absent. */
  public static List<JsonObject> each(JsonObject answer, String list) {
    return answer.getJsonArray(list, new JsonArray()).stream().map(JsonObject.class::cast).toList();
  }

  /** The same, sorted by name. */
  public static List<JsonObject> byName(JsonObject answer, String list) {
    return each(answer, list).stream()
        .sorted(Comparator.comparing((JsonObject one) -> one.getString("name")))
        .toList();
  }

  /** Replaces control characters: text that others have named must not act on the terminal. */
  public static String printable(String text) {
    return text.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]", "?");
  }

  /**
   * {@code FILE:LINE: member NAME: path: message}; absent parts are left out, and the file where a
   * member refuses without a line. An empty {@code file} is absent; a URL stands directly before
   * the path.
   */
  public static String problem(String file, JsonObject problem) {
    String path = problem.getString("path", "");
    String message = problem.getString("message", "");
    String what = path.isEmpty() ? message : path + ": " + message;
    if (path.startsWith("/")) {
      return printable(file + what);
    }
    int line = problem.getInteger("line", 0);
    String place = line > 0 ? file + ":" + line : file;
    String member = "";
    if (problem.getString("member") != null) {
      member = "member " + problem.getString("member") + ": ";
      place = line > 0 ? place : "";
      member = what.startsWith(member) ? "" : member;
    }
    return printable((file.isEmpty() || place.isEmpty() ? "" : place + ": ") + member + what);
  }

  /** {@code ready}, {@code not-ready} or {@code draining}. */
  public static String memberState(JsonObject member) {
    if (member.getBoolean("draining", false)) {
      return "draining";
    }
    return member.getBoolean("ready", false) ? "ready" : "not-ready";
  }

  /**
   * The configured state unless it is {@code enabled}; then {@code drain} or {@code maint} of its
   * agent, or what probes and sessions found.
   */
  public static String backendState(JsonObject backend) {
    String state = backend.getString("state", "enabled");
    if (!state.equals("enabled")) {
      return state;
    }
    String told = backend.getJsonObject("agent", NOTHING).getString("state", "ready");
    if (!told.equals("ready")) {
      return told;
    }
    if (Boolean.TRUE.equals(backend.getBoolean("ejected"))) {
      return "ejected";
    }
    return Boolean.FALSE.equals(backend.getBoolean("healthy")) ? "down" : state;
  }

  /** {@code 42s}, {@code 3m12s}, {@code 5h3m} or {@code 2d4h}. */
  public static String duration(long seconds) {
    if (seconds < MINUTE) {
      return seconds + "s";
    }
    if (seconds < HOUR) {
      return seconds / MINUTE + "m" + seconds % MINUTE + "s";
    }
    if (seconds < DAY) {
      return seconds / HOUR + "h" + seconds % HOUR / MINUTE + "m";
    }
    return seconds / DAY + "d" + seconds % DAY / HOUR + "h";
  }

  /** Prints the settings made by {@code set} that the new document does not have. */
  public static void printUndone(JsonObject answer, PrintWriter out) {
    each(answer, "undone").forEach(setting -> out.println("undone: " + setting(setting)));
    out.flush();
  }

  /** {@code web/10.0.0.1:9001 weight 3, state draining}. */
  public static String setting(JsonObject setting) {
    return printable(Revision.SingleSetting.of(setting).toString());
  }
}
