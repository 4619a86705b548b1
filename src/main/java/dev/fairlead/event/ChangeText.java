package dev.fairlead.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fairlead.config.Problem;
import io.vertx.core.json.JsonObject;
import java.net.URLDecoder;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Commands in words, for the audit log; their bodies may be any. Any thread. */
public final class ChangeText {
  private static final String API = "/api/v1/";
  private static final Pattern BACKEND = Pattern.compile(API + "pools/([^/]+)/backends/(.+)");
  private static final Pattern SESSION = Pattern.compile(API + "sessions/([^/]+)");

  private static final List<String> SET_KEYS =
      List.of(
          "weight",
          "state",
          "maxConnections",
          "connections",
          "newConnectionsPerSecond",
          "connectionsPerBackend");

  private ChangeText() {}

  /**
   * A request as far as its path tells, {@code set web/10.0.0.1:9001}: the body of one that is not
   * let in is not read.
   */
  public static String request(String method, String path) {
    Matcher backend = BACKEND.matcher(path);
    Matcher session = SESSION.matcher(path);
    if (method.equals("PATCH") && backend.matches()) {
      return "set " + decoded(backend.group(1)) + "/" + decoded(backend.group(2));
    }
    if (method.equals("DELETE") && session.matches()) {
      return "close of session " + decoded(session.group(1));
    }
    return switch (method + " " + path) {
      case "POST " + API + "config" -> "push";
      case "POST " + API + "config/rollback" -> "rollback";
      case "POST " + API + "shutdown" -> "shutdown";
      default -> method + " " + Problem.oneLine(path);
    };
  }

  /** In a path, unlike in a query, a plus sign stands for itself. */
  private static String decoded(String segment) {
    try {
      return Problem.oneLine(URLDecoder.decode(segment.replace("+", "%2B"), UTF_8));
    } catch (IllegalArgumentException e) {
      return Problem.oneLine(segment); // It is refused for that.
    }
  }

  /** {@code push of 1234 characters of yaml}. */
  public static String push(JsonObject body) {
    return body.getValue("config") instanceof String text
        ? "push of " + text.length() + " characters of " + shown(body, "format")
        : "push of an object";
  }

  /** {@code rollback to revision 5}. */
  public static String rollback(JsonObject body) {
    return "rollback to revision " + shown(body, "revision");
  }

  /** {@code set web/10.0.0.1:9001 weight 3 state draining}. */
  public static String set(JsonObject body) {
    StringBuilder text = new StringBuilder("set ");
    if (body.getValue("backend") != null) {
      text.append(shown(body, "pool")).append('/').append(shown(body, "backend"));
    } else {
      String owner = body.getValue("listener") == null ? "pool" : "listener";
      text.append(owner).append(' ').append(shown(body, owner));
    }
    for (String key : SET_KEYS) {
      if (body.getValue(key) != null) {
        text.append(' ').append(key).append(' ').append(shown(body, key));
      }
    }
    return text.toString();
  }

  /** {@code end of the sessions of web/10.0.0.1:9001, over 30s} or {@code rebalance of web}. */
  public static String endSessions(JsonObject body) {
    boolean ofListener = body.getValue("listener") != null;
    if (!ofListener && body.getValue("backend") == null) {
      String age = body.getValue("minAge") == null ? "" : ", minAge " + shown(body, "minAge");
      return "rebalance of " + shown(body, "pool") + age;
    }
    String whose =
        ofListener
            ? "listener " + shown(body, "listener")
            : shown(body, "pool") + '/' + shown(body, "backend");
    String over = body.getValue("over") == null ? "at once" : "over " + shown(body, "over");
    return "end of the sessions of " + whose + ", " + over;
  }

  /** Whether it is only tried. */
  public static boolean isDryRun(JsonObject body) {
    return Boolean.TRUE.equals(body.getValue("dryRun"));
  }

  private static String shown(JsonObject body, String key) {
    return Problem.oneLine(String.valueOf(body.getValue(key)));
  }
}
