package dev.fairlead.imports.haproxy;

import dev.fairlead.imports.ForeignNumber;
import dev.fairlead.imports.ForeignTime;
import dev.fairlead.imports.Scope;
import dev.fairlead.imports.Statement;
import dev.fairlead.imports.YamlBlock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What of {@code global} applies to all proxies. Immutable. */
record GlobalSection(Scope scope) {
  static GlobalSection of(List<HaproxySection> sections) {
    List<Statement> all =
        sections.stream()
            .filter(each -> each.kind().equals("global"))
            .flatMap(each -> each.scope().own().stream())
            .toList();
    return new GlobalSection(new Scope(all, null));
  }

  void putNode(YamlBlock node) {
    scope.value("maxconn").map(ForeignNumber::show).ifPresent(n -> node.put("maxSessions", n));
    scope.value("nbthread").map(ForeignNumber::show).ifPresent(n -> node.put("eventLoops", n));
    scope
        .last("hard-stop-after")
        .map(line -> ForeignTime.show(ForeignTime.of(line, line.word(1), "ms")))
        .ifPresent(time -> node.put("shutdown.grace", time));
    scope.all("setenv");
    scope.all("presetenv");
  }

  /** The lowest version of TLS for listeners that name none. */
  Optional<String> minVersion() {
    Optional<Statement> options = scope.last("ssl-default-bind-options");
    int at = options.map(line -> line.words().indexOf("ssl-min-ver")).orElse(-1);
    return at < 0 ? Optional.empty() : options.map(line -> line.word(at + 1));
  }

  /** A certificate with the directory that it is relative to. */
  String certificate(String file) {
    return based("crt-base", file);
  }

  /** The same for authorities. */
  String authority(String file) {
    return based("ca-base", file);
  }

  private String based(String key, String file) {
    Optional<String> base = scope.value(key);
    return base.isEmpty() || file.startsWith("/") ? file : base.get() + "/" + file;
  }

  /** Whether it is a directory on this machine, as far as that can be seen. */
  static boolean isDirectory(String file) {
    return file.endsWith("/") || Files.isDirectory(Path.of(file));
  }
}
