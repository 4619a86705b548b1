package dev.fairlead.imports.haproxy;

import dev.fairlead.imports.ForeignNumber;
import dev.fairlead.imports.ForeignTime;
import dev.fairlead.imports.ImportException;
import dev.fairlead.imports.Scope;
import dev.fairlead.imports.Statement;
import dev.fairlead.imports.YamlBlock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns the checks of a section into the probes of a pool. */
record PoolHealth(YamlBlock pool, HaproxySection section, PoolServers servers) {
  private static final Set<String> KINDS =
      Set.of(
          "httpchk",
          "tcp-check",
          "ssl-hello-chk",
          "smtpchk",
          "redis-check",
          "mysql-check",
          "pgsql-check",
          "ldap-check",
          "external-check",
          "spop-check");

  /** Replies to PING and AUTH: those after them say more, such as {@code role:master}. */
  private static final Set<String> ROUTINE_REPLIES = Set.of("+PONG", "+OK");

  /** Nothing where no server is checked: comments name the lines then. */
  void put() {
    if (!servers.sharedFlag("check")) {
      lines().forEach(line -> line.because("no server has check"));
      return;
    }
    pool.put("health.type", "tcp");
    kind().ifPresentOrElse(this::kind, this::tls);
    times();
  }

  private void kind(Statement option) {
    switch (option.word(1)) {
      case "httpchk" -> http(option);
      case "tcp-check" -> script();
      case "ssl-hello-chk" -> pool.put("health.type", "tls");
      case "smtpchk" -> expect(option, null, "220", "only the greeting is looked at");
      case "redis-check" -> expect(option, "PING\\r\\n", "+PONG", "");
      default -> pool.note(option, "no counterpart: only the connection is probed");
    }
  }

  private List<Statement> lines() {
    return section.scope().own().stream()
        .filter(
            each ->
                each.name().matches("tcp-check|http-check")
                    || each.startsWith("timeout", "check")
                    || (each.startsWith("option") && KINDS.contains(each.word(1))))
        .toList();
  }

  /** The last option about the kind of check; those before it have no effect. */
  private Optional<Statement> kind() {
    for (Scope at = section.scope(); at != null; at = at.outer()) {
      List<Statement> found =
          at.own().stream()
              .filter(each -> each.startsWith("option") && KINDS.contains(each.word(1)))
              .toList();
      if (!found.isEmpty()) {
        Statement last = found.get(found.size() - 1);
        found.stream()
            .filter(each -> each != last)
            .forEach(each -> each.because("line " + last.line() + " replaces it"));
        return Optional.of(last.use());
      }
    }
    return Optional.empty();
  }

  private void tls() {
    if (servers.sharedFlag("check-ssl")) {
      servers.shared("verify");
      pool.put("health.type", "tls");
    }
  }

  private void expect(Statement line, @Nullable String send, String receive, String why) {
    pool.put("health.type", "expect").put("health.expect.send", send);
    pool.put("health.expect.receive", receive);
    if (!why.isEmpty()) {
      pool.note(line, why);
    }
  }

  private void http(Statement option) {
    if (servers.sharedFlag("check-ssl")) {
      servers.shared("verify");
      if (!servers.sharedFlag("ssl")) {
        handshake(option);
        return;
      }
    }
    pool.put("health.type", "http");
    List<String> words = option.from(2);
    String method = words.size() > 1 ? words.get(0) : "OPTIONS";
    String path = words.isEmpty() ? "/" : words.size() == 1 ? words.get(0) : words.get(1);
    String host = words.stream().filter(each -> each.contains("Host:")).findFirst().orElse("");
    host = host.replaceFirst("(?s).*Host:\\s*", "").strip();
    for (Statement line : section.scope().all("http-check")) {
      if (line.startsWith("http-check", "send")) {
        method = argument(line, "meth").orElse(method);
        path = argument(line, "uri").orElse(path);
        host = hostHeader(line).orElse(host);
        noteRest(line, Set.of("meth", "uri", "ver", "hdr"));
      } else if (line.startsWith("http-check", "expect", "status")) {
        pool.put("health.http.status", line.word(3));
      } else {
        pool.note(line, "only the status of the answer is looked at");
      }
    }
    pool.put("health.http.method", method.equals("GET") ? null : method);
    pool.put("health.http.path", path);
    pool.put("health.http.host", host.isEmpty() ? null : host);
  }

  /** A probe with HTTP has TLS only where sessions have it. */
  private void handshake(Statement option) {
    pool.put("health.type", "tls");
    pool.note(option, "over TLS only where the pool has tls; else the handshake is probed");
    section.scope().all("http-check").forEach(line -> pool.note(line, "no HTTP is spoken"));
  }

  private static Optional<String> argument(Statement line, String name) {
    int at = line.words().indexOf(name);
    return at < 0 ? Optional.empty() : Optional.of(line.word(at + 1));
  }

  private Optional<String> hostHeader(Statement line) {
    Optional<String> host = Optional.empty();
    for (int i = 0; i + 2 < line.words().size(); i++) {
      if (line.word(i).equals("hdr") && line.word(i + 1).equalsIgnoreCase("host")) {
        host = Optional.of(line.word(i + 2));
      } else if (line.word(i).equals("hdr")) {
        pool.note(line, "hdr " + line.word(i + 1), "a probe has no headers of its own");
      }
    }
    return host;
  }

  private void noteRest(Statement line, Set<String> known) {
    line.from(2).stream()
        .filter(each -> each.matches("body|body-lf|uri-lf|hdr-lf|proto"))
        .filter(each -> !known.contains(each))
        .forEach(each -> pool.note(line, each, "no counterpart"));
  }

  /** All that is sent goes at once; of what is expected the last that tells something. */
  private void script() {
    StringBuilder send = new StringBuilder();
    List<Statement> expected = new ArrayList<>();
    for (Statement line : section.scope().all("tcp-check")) {
      switch (line.word(1)) {
        case "send" -> send.append(escaped(line.word(2)));
        case "send-binary" -> send.append(binary(line, line.word(2)));
        case "connect" -> connect(line);
        case "expect" -> expected.add(line);
        case "comment" -> pool.note(line, "");
        default -> pool.note(line, "no counterpart");
      }
    }
    Optional<Statement> last =
        expected.stream()
            .filter(line -> line.word(2).matches("string|binary"))
            .reduce(
                (one, other) ->
                    ROUTINE_REPLIES.contains(other.word(3))
                            && !ROUTINE_REPLIES.contains(one.word(3))
                        ? one
                        : other);
    expected.stream()
        .filter(line -> last.isEmpty() || line != last.get())
        .forEach(line -> pool.note(line, "a probe looks for one text in the whole answer"));
    if (last.isPresent()) {
      Statement line = last.get();
      boolean binary = line.word(2).equals("binary");
      pool.put("health.type", "expect");
      pool.put("health.expect.send", send.isEmpty() ? null : send.toString());
      String receive = binary ? binary(line, line.word(3)) : escaped(line.word(3));
      pool.put("health.expect.receive", receive);
    } else if (!send.isEmpty()) {
      pool.note("tcp-check send: nothing is sent, because no text is expected");
    }
  }

  private void connect(Statement line) {
    argument(line, "port")
        .ifPresent(port -> pool.put("health.port", ForeignNumber.of(line, "port", port)));
    boolean ssl = line.words().contains("ssl");
    if (ssl) {
      pool.put("health.type", "tls");
    }
    if (line.words().size() > 2 && !(ssl && line.words().size() == 3)) {
      pool.note(line, "a probe makes one connection, with TLS where the pool has it");
    }
  }

  private static String binary(Statement line, String hex) {
    try {
      byte[] bytes = HexFormat.of().parseHex(hex);
      return escaped(new String(bytes, StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException e) {
      throw new ImportException(line, "'" + hex + "'", "pairs of hex digits");
    }
  }

  /** In the form of {@code health.expect}. */
  private static String escaped(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\r' -> out.append("\\r");
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        case '\\' -> out.append("\\\\");
        default ->
            out.append(
                c < ' ' || c > '~' ? String.format(Locale.ROOT, "\\x%02X", (int) c) : "" + c);
      }
    }
    return out.toString();
  }

  /** HAProxy's check may take as long as its interval, where no time is said. */
  private void times() {
    String interval = servers.shared("inter").orElse("2s");
    Statement first = servers.all().get(0).statement();
    String shown = ForeignTime.show(ForeignTime.of(first, interval, "ms"));
    pool.put("health.interval", shown);
    Optional<Statement> timeout = section.scope().last("timeout", "check");
    pool.put(
        "health.timeout",
        timeout
            .map(line -> ForeignTime.show(ForeignTime.of(line, line.word(2), "ms")))
            .orElse(shown));
    pool.put("health.rise", servers.sharedNumber("rise"));
    pool.put("health.fall", servers.sharedNumber("fall"));
    servers.sharedNumber("port").ifPresent(port -> pool.put("health.port", port));
  }
}
