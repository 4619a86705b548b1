package dev.fairlead.config.bind;

import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.NodeConfig.AccessLog;
import dev.fairlead.config.NodeConfig.Admin;
import dev.fairlead.config.NodeConfig.LogLevel;
import dev.fairlead.config.NodeConfig.Shutdown;
import dev.fairlead.config.NodeConfig.TransportKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/** Binds {@code node}. */
final class NodeBinder {
  private static final int MAX_EVENT_LOOPS = 1024;

  private final ValueType<Path> path;

  NodeBinder(Binding binding) {
    this.path = ValueTypes.path(binding.directory());
  }

  NodeConfig bind(Section node) {
    return new NodeConfig(
        node.get("name", ValueTypes.name().orNull(), null),
        node.get("eventLoops", auto(MAX_EVENT_LOOPS), NodeConfig.AUTO),
        node.get("transport", transport(), NodeConfig.DEFAULT.transport()),
        node.get("maxSessions", auto(Integer.MAX_VALUE), NodeConfig.AUTO),
        node.get("logLevel", logLevel(), NodeConfig.DEFAULT.logLevel()),
        admin(node),
        accessLog(node),
        shutdown(node),
        node.get("stateDir", path.orNull(), null));
  }

  private static ValueType<Integer> auto(int max) {
    return ValueTypes.integer(1, max).or("auto", NodeConfig.AUTO);
  }

  private static ValueType<TransportKind> transport() {
    return ValueTypes.constant(
        TransportKind.values(), kind -> kind.name().toLowerCase(Locale.ROOT));
  }

  private static ValueType<LogLevel> logLevel() {
    return ValueTypes.constant(LogLevel.values(), level -> level.name().toLowerCase(Locale.ROOT));
  }

  private Admin admin(Section node) {
    try (Section admin = node.section("admin")) {
      Admin byDefault = Admin.DEFAULT;
      return new Admin(
          admin.get("host", AddressTypes.host(), byDefault.host()),
          admin.get("port", ValueTypes.integer(0, AddressTypes.MAX_PORT), byDefault.port()),
          admin.get("tokenFile", path.orNull(), null),
          admin.optionalSection("tls").map(this::tls).orElse(null));
    }
  }

  private Admin.Tls tls(Section section) {
    try (Section tls = section) {
      return new Admin.Tls(
          tls.required("certificate", path, "a PEM file"), tls.required("key", path, "a PEM file"));
    }
  }

  private AccessLog accessLog(Section node) {
    try (Section accessLog = node.section("accessLog")) {
      ValueType<String> to =
          path.map(Path::toString)
              .or(AccessLog.OFF, AccessLog.OFF)
              .or(AccessLog.STDOUT, AccessLog.STDOUT);
      return new AccessLog(accessLog.get("to", to, AccessLog.DEFAULT.to()));
    }
  }

  private static Shutdown shutdown(Section node) {
    try (Section shutdown = node.section("shutdown")) {
      ValueType<Duration> duration = ValueTypes.duration();
      return new Shutdown(
          shutdown.get("delay", duration, Shutdown.DEFAULT.delay()),
          shutdown.get("grace", duration, Shutdown.DEFAULT.grace()));
    }
  }
}
