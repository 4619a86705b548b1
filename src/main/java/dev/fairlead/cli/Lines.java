package dev.fairlead.cli;

import io.vertx.core.json.JsonObject;

/** How the answers of a member become lines of a terminal. */
final class Lines {
  private Lines() {}

  /** Without control characters: what somebody else named must not act on the terminal. */
  static String one(String text) {
    return text.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]", "?");
  }

  /**
   * {@code FILE:LINE: path: message}, or {@code member NAME: path: message}, without the parts that
   * there are not.
   *
   * @param file empty = none; one that is a URL stands right before the path
   */
  static String problem(String file, JsonObject problem) {
    String path = problem.getString("path", "");
    String message = problem.getString("message", "");
    String what = path.isEmpty() ? message : path + ": " + message;
    if (path.startsWith("/")) {
      return one(file + what);
    }
    if (problem.getString("member") != null) {
      String member = "member " + problem.getString("member") + ": ";
      return one(what.startsWith(member) ? what : member + what);
    }
    if (file.isEmpty()) {
      return one(what);
    }
    int line = problem.getInteger("line", 0);
    return one((line > 0 ? file + ":" + line : file) + ": " + what);
  }

  /** {@code 42s}, {@code 3m12s}, {@code 5h3m} or {@code 2d4h}. */
  static String duration(long seconds) {
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3600) {
      return seconds / 60 + "m" + seconds % 60 + "s";
    }
    if (seconds < 86_400) {
      return seconds / 3600 + "h" + seconds % 3600 / 60 + "m";
    }
    return seconds / 86_400 + "d" + seconds % 86_400 / 3600 + "h";
  }
}
