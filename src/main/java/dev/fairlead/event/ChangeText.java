package dev.fairlead.event;

import dev.fairlead.config.Problem;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** Commands in words, for the audit log; their bodies may be any. Any thread. */
public final class ChangeText {
  private static final List<String> SET_KEYS =
      List.of(
          "weight",
          "state",
          "maxConnections",
          "connections",
          "newConnectionsPerSecond",
          "connectionsPerBackend");

  private ChangeText() {}

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
    if (body.getValue("backend") == null) {
      return "rebalance of " + shown(body, "pool");
    }
    String whose = shown(body, "pool") + '/' + shown(body, "backend");
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
