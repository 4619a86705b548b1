package dev.fairlead.config.bind;

import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.NodeConfig.AccessLogConfig;
import dev.fairlead.config.NodeConfig.Admin;
import dev.fairlead.config.NodeConfig.LogLevel;
import dev.fairlead.config.NodeConfig.ShutdownConfig;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.config.TlsConfig.ProviderChoice;
import java.nio.file.Path;
import java.time.Duration;

/** Binds {@code node}. */
record NodeBinder(ValueType<Path> path) {
  private static final int MAX_EVENT_LOOPS = 1024;

  /** From four on, a source address has at least one. */
  private static final ValueType<Integer> ADMIN_CONNECTIONS = ValueType.integer(4, 10_000);

  private static final ValueType<TransportKind> TRANSPORT =
      ValueType.constant(TransportKind.values());
  private static final ValueType<LogLevel> LOG_LEVEL = ValueType.constant(LogLevel.values());

  NodeConfig bind(Section node) {
    return new NodeConfig(
        node.findOrNull("name", ValueType.name()).orElse(null),
        node.get("eventLoops", auto(MAX_EVENT_LOOPS), NodeConfig.AUTO),
        node.get("transport", TRANSPORT, NodeConfig.DEFAULT.transport()),
        node.get("maxSessions", auto(Integer.MAX_VALUE), NodeConfig.AUTO),
        node.get("logLevel", LOG_LEVEL, NodeConfig.DEFAULT.logLevel()),
        node.section("admin", this::admin),
        node.section("accessLog", this::accessLog),
        node.section("shutdown", NodeBinder::shutdown),
        node.findOrNull("stateDir", path).orElse(null),
        node.get(
            "tlsProvider",
            ValueType.constant(ProviderChoice.values()),
            NodeConfig.DEFAULT.tlsProvider()),
        node.get("splice", ValueType.bool(), NodeConfig.DEFAULT.splice()),
        node.get("rehearsal", ValueType.duration(), NodeConfig.DEFAULT.rehearsal()),
        node.values("environment", VariableNames.pattern()));
  }

  private static ValueType<Integer> auto(int max) {
    return ValueType.integer(1, max).or("auto", NodeConfig.AUTO);
  }

  private Admin admin(Section admin) {
    Admin byDefault = Admin.DEFAULT;
    return new Admin(
        admin.get("host", AddressTypes.host(), byDefault.host()),
        admin.get("port", AddressTypes.portOrAny(), byDefault.port()),
        admin.findOrNull("tokenFile", path).orElse(null),
        admin.optionalSection("tls", this::tls).orElse(null),
        admin.get("maxConnections", ADMIN_CONNECTIONS, byDefault.maxConnections()));
  }

  private Admin.AdminTls tls(Section tls) {
    return new Admin.AdminTls(
        tls.required("certificate", path, "a PEM file", ClusterBinder.NO_PATH),
        tls.required("key", path, "a PEM file", ClusterBinder.NO_PATH),
        tls.findOrNull("clientCa", path).orElse(null));
  }

  private AccessLogConfig accessLog(Section accessLog) {
    ValueType<String> to =
        path.map(Path::toString)
            .or(AccessLogConfig.OFF, AccessLogConfig.OFF)
            .or(AccessLogConfig.STDOUT, AccessLogConfig.STDOUT);
    return new AccessLogConfig(accessLog.get("to", to, AccessLogConfig.DEFAULT.to()));
  }

  private static ShutdownConfig shutdown(Section shutdown) {
    ValueType<Duration> duration = ValueType.duration();
    return new ShutdownConfig(
        shutdown.get("delay", duration, ShutdownConfig.DEFAULT.delay()),
        shutdown.get("grace", duration, ShutdownConfig.DEFAULT.grace()));
  }
}
