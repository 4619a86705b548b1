package dev.fairlead.config.bind;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What docs/configuration.md says of each key: the only place that describes them. */
final class KeyDescriptions {
  private static final Pattern HEADING = Pattern.compile("### (\\w+)(\\[])?:.*");
  private static final Pattern ROW =
      Pattern.compile("\\| (`[^|]+`) \\|([^|]*)\\|([^|]*)\\|([^|]*)\\|");
  private static final Pattern KEY = Pattern.compile("`([^`]+)`");

  private KeyDescriptions() {}

  /** By paths such as {@code listeners[].tls.mode}, in one line each. */
  static Map<String, String> read() throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    String prefix = "";
    for (String line : Files.readAllLines(Path.of("docs/configuration.md"))) {
      Matcher heading = HEADING.matcher(line);
      Matcher row = ROW.matcher(line);
      if (heading.matches()) {
        prefix = heading.group(2) == null ? "" : heading.group(1) + "[].";
      } else if (line.startsWith("## Values")) {
        return all;
      } else if (row.matches()) {
        row(all, prefix, row.group(1), row.group(4).strip());
      }
    }
    return all;
  }

  /** {@code `a.b`, `.c` | one; other}: the second key is {@code a.c}. */
  private static void row(Map<String, String> all, String prefix, String keys, String meaning) {
    String[] parts = meaning.split("; ", -1);
    Matcher key = KEY.matcher(keys);
    String before = "";
    for (int i = 0; key.find(); i++) {
      String name = key.group(1);
      String full =
          name.startsWith(".") ? before.substring(0, before.lastIndexOf('.')) + name : name;
      before = before.isEmpty() ? full : before;
      boolean several = keys.contains(",");
      all.put(prefix + full, plain(several && i < parts.length ? parts[i] : meaning));
    }
  }

  private static String plain(String meaning) {
    return meaning.replaceAll("\\[([^]]+)]\\([^)]+\\)", "$1").replace("`", "").replace("**", "");
  }
}
