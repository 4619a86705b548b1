package dev.fairlead.imports.haproxy;

import dev.fairlead.imports.PeerAddress;
import dev.fairlead.imports.Scope;
import dev.fairlead.imports.Statement;
import dev.fairlead.imports.YamlBlock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns the {@code log} lines of proxies, and their {@code option tcplog}, into the access log of
 * the member. A line that is not used keeps the comment that it has no counterpart.
 *
 * @param proxies those with {@code mode tcp}
 */
record HaproxyLogs(GlobalSection global, List<HaproxySection> proxies) {
  private static final String FACILITY = "local0";

  /** Sessions are logged at info. */
  private static final Set<String> ABOVE_INFO =
      Set.of("emerg", "alert", "crit", "err", "warning", "notice");

  void putNode(YamlBlock node) {
    YamlBlock log = new YamlBlock();
    List<HaproxySection> withFormat =
        proxies.stream().filter(each -> each.option("tcplog")).toList();
    log.put("format", withFormat.isEmpty() ? null : "tcplog");
    String chosen = null;
    for (Statement line : targets()) {
      chosen = put(log, line, chosen);
    }
    log.put("to", chosen);
    node.put("accessLog", log.isEmpty() ? null : log);
  }

  /** The place that is in force afterwards; {@code chosen} null = none before. */
  private static @Nullable String put(YamlBlock log, Statement line, @Nullable String chosen) {
    if (line.words().size() > 2 && ABOVE_INFO.contains(level(line))) {
      line.because("it has no sessions: these are logged at info");
      return chosen;
    }
    Optional<String> place = place(line.word(1));
    if (place.isEmpty()) {
      return chosen;
    }
    if (chosen != null && !chosen.equals(place.get())) {
      log.note(line, "the access log goes to one place");
      return chosen;
    }
    line.use();
    boolean ofServer = place.get().startsWith("syslog");
    if (ofServer && !line.from(2).contains(FACILITY)) {
      log.note(line, "the facility is always " + FACILITY);
    }
    return place.get();
  }

  private static String level(Statement line) {
    return line.word(line.words().size() - 1);
  }

  /** The lines that are in force in a proxy; {@code log global} stands for those of global. */
  private Set<Statement> targets() {
    Set<Statement> all = new LinkedHashSet<>();
    List<Statement> ofGlobal = logs(global.scope());
    for (HaproxySection each : proxies) {
      for (Statement line : logs(each.scope())) {
        boolean isGlobal = line.word(1).equals("global");
        all.addAll(isGlobal ? ofGlobal : List.of(line));
        if (isGlobal && ofGlobal.stream().anyMatch(one -> place(one.word(1)).isPresent())) {
          line.use();
        }
      }
    }
    return all;
  }

  private static List<Statement> logs(Scope scope) {
    List<Statement> found = new ArrayList<>();
    Stream.<@Nullable Scope>iterate(scope, at -> at != null && found.isEmpty(), Scope::outer)
        .forEach(at -> at.own().stream().filter(HaproxyLogs::isTarget).forEach(found::add));
    return found;
  }

  private static boolean isTarget(Statement line) {
    return line.name().equals("log") && !line.word(1).isEmpty();
  }

  /** As {@code node.accessLog.to} writes it; empty = it has no such place. */
  private static Optional<String> place(String target) {
    if (target.equals("stdout") || target.equals("fd@1")) {
      return Optional.of("stdout");
    }
    if (target.matches("stderr|global|(?:fd|ring)@.*")) {
      return Optional.empty();
    }
    boolean tcp = target.startsWith("tcp");
    return PeerAddress.parse(target.replaceFirst("^(?:udp|tcp)[46]?@", ""))
        .map(each -> server(each, tcp ? "syslog+tcp://" : "syslog://"));
  }

  private static String server(PeerAddress address, String scheme) {
    return address.isUnix()
        ? "syslog:" + address.unix()
        : scheme + address.bind(address.port().isEmpty() ? "514" : address.port());
  }
}
