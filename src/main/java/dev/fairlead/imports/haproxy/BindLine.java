package dev.fairlead.imports.haproxy;

import dev.fairlead.config.BindAddress;
import dev.fairlead.imports.PeerAddress;
import dev.fairlead.imports.Statement;
import dev.fairlead.imports.YamlBlock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** A {@code bind} line: addresses and parameters. One import, one thread. */
final class BindLine {
  private static final Set<String> FLAGS =
      Set.of(
          "ssl",
          "accept-proxy",
          "v4v6",
          "v6only",
          "transparent",
          "tfo",
          "defer-accept",
          "generate-certificates",
          "allow-0rtt",
          "strict-sni",
          "prefer-client-ciphers",
          "no-sslv3",
          "no-tlsv10",
          "no-tlsv11",
          "no-tlsv12",
          "no-tlsv13",
          "no-tls-tickets",
          "no-ca-names",
          "no-alpn",
          "force-tlsv12",
          "force-tlsv13",
          "tls-tickets");

  private final Statement statement;
  private final Map<String, List<String>> parameters = new LinkedHashMap<>();
  private final Set<String> used = new LinkedHashSet<>();

  BindLine(Statement statement) {
    this.statement = statement.use();
    List<String> words = statement.words();
    int at = 2;
    while (at < words.size()) {
      String name = words.get(at);
      boolean flag = FLAGS.contains(name) || at + 1 == words.size();
      parameters.computeIfAbsent(name, any -> new ArrayList<>()).add(flag ? "" : words.get(at + 1));
      at += flag ? 1 : 2;
    }
  }

  Statement statement() {
    return statement;
  }

  /**
   * One for each address and port or range of ports; those that Fairlead has not are in comments.
   *
   * @param apart whether each port of a range is to be an address, because rules ask for it
   */
  List<PeerAddress> addresses(YamlBlock notes, boolean apart) {
    List<PeerAddress> all = new ArrayList<>();
    for (String text : statement.word(1).split(",", -1)) {
      Optional<PeerAddress> address = PeerAddress.parse(text);
      if (address.isEmpty() || !isBindable(address.get())) {
        notes.note(statement, text, "left out: a listener binds IP:port or a Unix socket");
      } else if (address.get().port().matches("\\d+-\\d+")) {
        all.addAll(range(address.get(), notes, apart));
      } else {
        all.add(address.get());
      }
    }
    return all;
  }

  private static boolean isBindable(PeerAddress address) {
    String host = address.host();
    return address.isUnix()
        || (host != null
            && host.matches("|[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*|\\$\\{.*}")
            && !address.port().isEmpty());
  }

  private List<PeerAddress> range(PeerAddress address, YamlBlock notes, boolean apart) {
    String[] ends = address.port().split("-", -1);
    int from = Integer.parseInt(ends[0]);
    int to = Integer.parseInt(ends[1]);
    if (to - from >= BindAddress.MOST_PORTS) {
      notes.note(
          statement, address.port(), "left out: more than " + BindAddress.MOST_PORTS + " ports");
      return List.of();
    }
    if (!apart && from < to) {
      return List.of(address);
    }
    return IntStream.rangeClosed(from, to)
        .mapToObj(port -> new PeerAddress(address.host(), String.valueOf(port), null))
        .toList();
  }

  boolean has(String name) {
    used.add(name);
    return parameters.containsKey(name);
  }

  List<String> values(String name) {
    used.add(name);
    return parameters.getOrDefault(name, List.of());
  }

  /** The last argument of a parameter, which is used by that. */
  Optional<String> value(String name) {
    List<String> all = values(name);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
  }

  /** A comment about one parameter. */
  void note(YamlBlock block, String name, String why) {
    used.add(name);
    String arguments = String.join(" ", parameters.getOrDefault(name, List.of()));
    block.note(statement, (name + " " + arguments).strip(), why);
  }

  void noteUnused(YamlBlock block) {
    List.copyOf(parameters.keySet()).stream()
        .filter(name -> !used.contains(name))
        .forEach(name -> note(block, name, "no counterpart"));
  }
}
