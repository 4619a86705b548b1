package dev.fairlead.imports.nginx;

import dev.fairlead.imports.PeerAddress;
import dev.fairlead.imports.Scope;
import dev.fairlead.imports.Statement;
import dev.fairlead.imports.YamlBlock;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns the logs that nginx sends to a syslog server into those of the member. */
final class NginxLogs {
  private static final Pattern SERVER = Pattern.compile("syslog:server=(?<address>[^,]+)(?:,.*)?");
  private static final String PORT = "514";

  private NginxLogs() {}

  /** Of a block without those inside; what goes elsewhere is left to its comment. */
  static void put(YamlBlock node, Scope scope) {
    put(node, scope, "access_log", "accessLog.to");
    put(node, scope, "error_log", "logTo");
  }

  private static void put(YamlBlock node, Scope scope, String directive, String key) {
    for (Statement line : scope.own()) {
      if (line.name().equals(directive)) {
        server(line.word(1)).ifPresent(place -> use(node, line, key, place));
      }
    }
  }

  private static void use(YamlBlock node, Statement line, String key, String place) {
    line.use();
    node.put(key, place);
  }

  private static Optional<String> server(String target) {
    Matcher matcher = SERVER.matcher(target);
    return matcher.matches()
        ? PeerAddress.parse(matcher.group("address")).map(NginxLogs::place)
        : Optional.empty();
  }

  private static String place(PeerAddress address) {
    return address.isUnix()
        ? "syslog:" + address.unix()
        : "syslog://" + address.bind(address.port().isEmpty() ? PORT : address.port());
  }
}
