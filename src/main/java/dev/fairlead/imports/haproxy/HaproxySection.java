package dev.fairlead.imports.haproxy;

import dev.fairlead.imports.ImportException;
import dev.fairlead.imports.Scope;
import dev.fairlead.imports.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A section of HAProxy and its lines. A proxy inherits from the {@code defaults} it names with
 * {@code from}, else from the last ones before it. Immutable but for the account of its lines.
 *
 * @param scope its lines and those it inherits
 */
record HaproxySection(Statement head, Scope scope) {
  private static final Set<String> KINDS =
      Set.of(
          "global",
          "defaults",
          "frontend",
          "backend",
          "listen",
          "userlist",
          "peers",
          "resolvers",
          "mailers",
          "cache",
          "program",
          "ring",
          "http-errors",
          "crt-store",
          "traces",
          "acme",
          "fcgi-app",
          "log-forward",
          "log-profile",
          "healthcheck");

  /** The sections in the order of the file; throws {@link ImportException}. */
  static List<HaproxySection> of(List<Statement> lines) {
    List<HaproxySection> sections = new ArrayList<>();
    int from = 0;
    while (from < lines.size()) {
      Statement head = lines.get(from);
      if (!KINDS.contains(head.name())) {
        throw new ImportException(
            head, "'" + head.name() + "'", "a section such as defaults, frontend or backend");
      }
      int to = from + 1;
      while (to < lines.size() && !KINDS.contains(lines.get(to).name())) {
        refuseCondition(lines.get(to));
        to++;
      }
      List<Statement> own = lines.subList(from + 1, to);
      sections.add(new HaproxySection(head.use(), new Scope(own, base(head, sections))));
      from = to;
    }
    return sections;
  }

  /** What the start of HAProxy decides cannot be decided here. */
  private static void refuseCondition(Statement line) {
    if (line.name().matches("\\.(?:if|elif|else|endif)")) {
      throw new ImportException(
          line, line.name(), "a configuration without conditional blocks: keep one of them");
    }
  }

  private static @Nullable Scope base(Statement head, List<HaproxySection> before) {
    boolean isProxy = head.name().matches("frontend|backend|listen");
    int from = head.words().indexOf("from");
    if (from < 0 && !isProxy) {
      return null;
    }
    String name = from < 0 ? "" : head.word(from + 1);
    List<HaproxySection> found =
        before.stream()
            .filter(each -> each.kind().equals("defaults"))
            .filter(each -> name.isEmpty() || each.name().equals(name))
            .toList();
    if (found.isEmpty() && from >= 0) {
      throw new ImportException(head, "from " + name, "the name of a defaults section before it");
    }
    return found.isEmpty() ? null : found.get(found.size() - 1).scope();
  }

  String kind() {
    return head.name();
  }

  /** Empty for sections without one. */
  String name() {
    return head.word(1).equals("from") ? "" : head.word(1);
  }

  /** As a comment names it. */
  String title() {
    return (kind() + " " + name()).strip();
  }

  boolean isProxy() {
    return kind().matches("frontend|backend|listen");
  }

  /** Whether a rule asks for the port of a client's connection: each then needs a listener. */
  boolean asksForPorts() {
    return scope.own().stream().anyMatch(line -> line.words().contains("dst_port"));
  }

  boolean hasListeners() {
    return kind().matches("frontend|listen");
  }

  boolean hasServers() {
    return kind().matches("backend|listen");
  }

  /** Its mode where it is a proxy; uses the line that says it. */
  String mode() {
    return scope.value("mode").orElse("tcp");
  }

  /** Whether an option is on, which uses its line. */
  boolean option(String name) {
    for (Scope at = scope; at != null; at = at.outer()) {
      Statement last = null;
      for (Statement each : at.own()) {
        if (each.startsWith("option", name) || each.startsWith("no", "option", name)) {
          last = each;
        }
      }
      if (last != null) {
        return last.use().name().equals("option");
      }
    }
    return false;
  }
}
