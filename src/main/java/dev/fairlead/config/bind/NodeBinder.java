package dev.fairlead.config.bind;

import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.NodeConfig.AccessLogConfig;
import dev.fairlead.config.NodeConfig.Admin;
import dev.fairlead.config.NodeConfig.LogLevel;
import dev.fairlead.config.NodeConfig.ShutdownConfig;
import dev.fairlead.config.NodeConfig.TransportKind;
import java.nio.file.Path;
import java.time.Duration;

/** Binds {@code node}. */
record NodeBinder(ValueType<Path> path) {
  private static final int MAX_EVENT_LOOPS = 1024;
  private static final ValueType<TransportKind> TRANSPORT =
      ValueTypes.constant(TransportKind.values());
  private static final ValueType<LogLevel> LOG_LEVEL = ValueTypes.constant(LogLevel.values());

  NodeConfig bind(Section node) {
    return new NodeConfig(
        node.findOrNull("name", ValueTypes.name()).orElse(null),
        node.get("eventLoops", auto(MAX_EVENT_LOOPS), NodeConfig.AUTO),
        node.get("transport", TRANSPORT, NodeConfig.DEFAULT.transport()),
        node.get("maxSessions", auto(Integer.MAX_VALUE), NodeConfig.AUTO),
        node.get("logLevel", LOG_LEVEL, NodeConfig.DEFAULT.logLevel()),
        admin(node),
        accessLog(node),
        shutdown(node),
        node.findOrNull("stateDir", path).orElse(null));
  }

  private static ValueType<Integer> auto(int max) {
    return ValueTypes.integer(1, max).or("auto", NodeConfig.AUTO);
  }

  private Admin admin(Section node) {
    try (Section admin = node.section("admin")) {
      Admin byDefault = Admin.DEFAULT;
      return new Admin(
          admin.get("host", AddressTypes.host(), byDefault.host()),
          admin.get("port", AddressTypes.portOrAny(), byDefault.port()),
          admin.findOrNull("tokenFile", path).orElse(null),
          admin.optionalSection("tls").map(this::tls).orElse(null));
    }
  }

  private Admin.AdminTls tls(Section section) {
    try (Section tls = section) {
      return new Admin.AdminTls(
          tls.required("certificate", path, "a PEM file", ClusterBinder.NO_PATH),
          tls.required("key", path, "a PEM file", ClusterBinder.NO_PATH));
    }
  }

  private AccessLogConfig accessLog(Section node) {
    try (Section accessLog = node.section("accessLog")) {
      ValueType<String> to =
          path.map(Path::toString)
              .or(AccessLogConfig.OFF, AccessLogConfig.OFF)
              .or(AccessLogConfig.STDOUT, AccessLogConfig.STDOUT);
      return new AccessLogConfig(accessLog.get("to", to, AccessLogConfig.DEFAULT.to()));
    }
  }

  private static ShutdownConfig shutdown(Section node) {
    try (Section shutdown = node.section("shutdown")) {
      ValueType<Duration> duration = ValueTypes.duration();
      return new ShutdownConfig(
          shutdown.get("delay", duration, ShutdownConfig.DEFAULT.delay()),
          shutdown.get("grace", duration, ShutdownConfig.DEFAULT.grace()));
    }
  }
}
