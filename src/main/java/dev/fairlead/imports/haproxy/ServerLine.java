package dev.fairlead.imports.haproxy;

import dev.fairlead.imports.Scope;
import dev.fairlead.imports.Statement;
import dev.fairlead.imports.YamlBlock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A {@code server} or {@code server-template} line with its parameters, those of the {@code
 * default-server} lines before it included. Looking a parameter up uses it. One import, one thread.
 */
final class ServerLine {
  private static final Set<String> FLAGS =
      Set.of(
          "check",
          "backup",
          "disabled",
          "enabled",
          "ssl",
          "send-proxy",
          "send-proxy-v2",
          "send-proxy-v2-ssl",
          "send-proxy-v2-ssl-cn",
          "check-send-proxy",
          "check-ssl",
          "agent-check",
          "tfo",
          "allow-0rtt",
          "check-via-socks4",
          "non-stick",
          "stick",
          "ssl-reuse",
          "tls-tickets",
          "strict-maxconn",
          "force-sslv3",
          "force-tlsv10",
          "force-tlsv11",
          "force-tlsv12",
          "force-tlsv13");

  private final Statement statement;
  private final int firstParameter;
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Set<String> used = new HashSet<>();

  /** A parameter and the line that says it. */
  private record Parameter(Statement from, List<String> arguments) {}

  private ServerLine(Statement statement, int firstParameter) {
    this.statement = statement.use();
    this.firstParameter = firstParameter;
  }

  /** The servers of a section, in order. */
  static List<ServerLine> of(Scope scope) {
    List<Statement> defaults = new ArrayList<>();
    for (Scope at = scope.outer(); at != null; at = at.outer()) {
      at.own().stream().filter(each -> each.startsWith("default-server")).forEach(defaults::add);
    }
    List<ServerLine> servers = new ArrayList<>();
    for (Statement each : scope.own()) {
      if (each.startsWith("default-server")) {
        defaults.add(each);
      } else if (each.startsWith("server") || each.startsWith("server-template")) {
        ServerLine server = new ServerLine(each, each.startsWith("server") ? 3 : 4);
        defaults.forEach(line -> server.read(line.use(), 1));
        server.read(each, server.firstParameter);
        servers.add(server);
      }
    }
    return servers;
  }

  private void read(Statement from, int index) {
    List<String> words = from.words();
    int at = index;
    while (at < words.size()) {
      String name = words.get(at);
      int arguments = Math.min(arity(words, at), words.size() - at - 1);
      if (name.startsWith("no-")) {
        parameters.remove(name.substring(3));
      } else if (name.equals("enabled")) {
        parameters.remove("disabled");
      }
      parameters.put(name, new Parameter(from, words.subList(at + 1, at + 1 + arguments)));
      at += 1 + arguments;
    }
  }

  private static int arity(List<String> words, int at) {
    String name = words.get(at);
    boolean more =
        name.equals("source")
            && at + 2 < words.size()
            && words.get(at + 2).matches("usesrc|interface");
    return FLAGS.contains(name) || name.startsWith("no-") ? 0 : more ? 3 : 1;
  }

  Statement statement() {
    return statement;
  }

  String name() {
    return statement.word(1);
  }

  /** As it is written, with its port. */
  String address() {
    return statement.word(firstParameter - 1);
  }

  boolean isTemplate() {
    return firstParameter == 4;
  }

  /** Whether it has the parameter, which is used by that. */
  boolean has(String name) {
    used.add(name);
    return parameters.containsKey(name);
  }

  /** The argument of a parameter, which is used by that. */
  Optional<String> value(String name) {
    used.add(name);
    return Optional.ofNullable(parameters.get(name)).map(each -> String.join(" ", each.arguments));
  }

  /** The line that says a parameter, a {@code default-server} one maybe. */
  Statement place(String name) {
    Parameter parameter = parameters.get(name);
    return parameter == null ? statement : parameter.from;
  }

  /** A comment about one of its parameters, at the line that says it. */
  void note(YamlBlock block, String name, String why) {
    used.add(name);
    Statement from = place(name);
    block.note(from, head(from) + shown(name), why);
  }

  private String head(Statement from) {
    return from == statement ? statement.name() + " " + name() + ": " : from.name() + ": ";
  }

  private String shown(String name) {
    Parameter parameter = parameters.get(name);
    return parameter == null
        ? "without " + name
        : (name + " " + String.join(" ", parameter.arguments)).strip();
  }

  /** Comments about all parameters that were not used. */
  void noteUnused(YamlBlock block) {
    List.copyOf(parameters.keySet()).stream()
        .filter(name -> !used.contains(name))
        .forEach(name -> note(block, name, HaproxyReasons.ofServer(name)));
  }
}
