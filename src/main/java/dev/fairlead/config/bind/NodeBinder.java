package dev.fairlead.config.bind;

import dev.fairlead.config.LogDestination;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.NodeConfig.AccessLogConfig;
import dev.fairlead.config.NodeConfig.AccessLogConfig.AccessLogFormat;
import dev.fairlead.config.NodeConfig.AccessLogConfig.Rotation;
import dev.fairlead.config.NodeConfig.Admin;
import dev.fairlead.config.NodeConfig.AuditLogConfig;
import dev.fairlead.config.NodeConfig.LogFormat;
import dev.fairlead.config.NodeConfig.LogLevel;
import dev.fairlead.config.NodeConfig.MetricsConfig;
import dev.fairlead.config.NodeConfig.MetricsConfig.OtlpTarget;
import dev.fairlead.config.NodeConfig.ShutdownConfig;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.config.TlsConfig.ProviderChoice;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Binds {@code node}. */
record NodeBinder(ValueType<Path> path) {
  private static final int MAX_EVENT_LOOPS = 1024;

  /** From four on, a source address has at least one. */
  private static final ValueType<Integer> ADMIN_CONNECTIONS = ValueType.integer(4, 10_000);

  /** Each has some six series on every member. */
  private static final ValueType<Integer> METRIC_BACKENDS = ValueType.integer(0, 100_000);

  private static final String NO_URL = "http://127.0.0.1:4318/v1/metrics";
  private static final ValueType<String> HTTP_URL =
      ValueType.parsed(NodeBinder::httpUrl, "an http or https URL such as " + NO_URL);

  private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}");
  private static final ValueType<String> HEADER_VALUE =
      ValueType.textThat(
          text -> text.chars().allMatch(c -> c >= ' ' && c < 0x7f),
          "a text of printable ASCII characters");

  private static final ValueType<TransportKind> TRANSPORT =
      ValueType.constant(TransportKind.values());
  private static final ValueType<LogLevel> LOG_LEVEL = ValueType.constant(LogLevel.values());

  private static final ValueType<LogFormat> LOG_FORMAT = ValueType.constant(LogFormat.values());
  private static final ValueType<AccessLogFormat> ACCESS_LOG_FORMAT =
      ValueType.constant(AccessLogFormat.values());

  /** Older files of a log; more would make a rotation long. */
  private static final int MAX_KEPT = 1000;

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
        node.values("environment", VariableNames.pattern()),
        node.get("logFormat", LOG_FORMAT, NodeConfig.DEFAULT.logFormat()),
        node.get(
            "logTo",
            logTypes().syslog().or("stderr", LogDestination.STDERR),
            LogDestination.STDERR),
        node.section("auditLog", this::auditLog),
        node.section("metrics", NodeBinder::metrics));
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
        admin.get("maxConnections", ADMIN_CONNECTIONS, byDefault.maxConnections()),
        admin.findOrNull("readTokenFile", path).orElse(null));
  }

  private Admin.AdminTls tls(Section tls) {
    return new Admin.AdminTls(
        tls.required("certificate", path, "a PEM file", ClusterBinder.NO_PATH),
        tls.required("key", path, "a PEM file", ClusterBinder.NO_PATH),
        tls.findOrNull("clientCa", path).orElse(null));
  }

  private LogTypes logTypes() {
    return new LogTypes(path);
  }

  private AccessLogConfig accessLog(Section accessLog) {
    AccessLogConfig byDefault = AccessLogConfig.DEFAULT;
    ValueType<LogDestination> to =
        logTypes().fileOrSyslog().or("off", LogDestination.OFF).or("stdout", LogDestination.STDOUT);
    AccessLogConfig bound =
        new AccessLogConfig(
            accessLog.get("format", ACCESS_LOG_FORMAT, byDefault.format()),
            accessLog.get("to", to, byDefault.to()),
            accessLog.optionalSection("rotate", NodeBinder::rotation).orElse(null));
    if (bound.rotate() != null
        && bound.to().kind() != LogDestination.TargetKind.FILE
        && !accessLog.isBroken("to")) {
      accessLog.refuse("rotate", "only with a file (expected: null, or a file in to)");
    }
    return bound;
  }

  private static Rotation rotation(Section rotate) {
    Rotation bound =
        new Rotation(
            rotate.get("size", ValueType.byteSize(Integer.MAX_VALUE), 0),
            rotate.get("every", ValueType.duration(), Duration.ZERO),
            rotate.get("keep", ValueType.integer(1, MAX_KEPT), Rotation.DEFAULT_KEEP));
    if (bound.bytes() == 0
        && bound.every().isZero()
        && !rotate.isBroken("size")
        && !rotate.isBroken("every")) {
      rotate.refuse("size", "neither a size nor a time (expected: size, every, or both)");
    }
    return bound;
  }

  private AuditLogConfig auditLog(Section auditLog) {
    ValueType<LogDestination> to = logTypes().fileOrSyslog().or("off", LogDestination.OFF);
    return new AuditLogConfig(auditLog.get("to", to, AuditLogConfig.DEFAULT.to()));
  }

  private static MetricsConfig metrics(Section metrics) {
    return new MetricsConfig(
        metrics.get("backends", METRIC_BACKENDS, MetricsConfig.DEFAULT.backends()),
        metrics.optionalSection("otlp", NodeBinder::otlp).orElse(null));
  }

  private static OtlpTarget otlp(Section otlp) {
    Map<String, String> headers = otlp.texts("headers", HEADER_VALUE);
    headers.keySet().stream()
        .filter(name -> !HEADER_NAME.matcher(name).matches())
        .forEach(name -> otlp.refuse("headers", name, "names of HTTP headers"));
    return new OtlpTarget(
        otlp.required("url", HTTP_URL, "an http or https URL such as " + NO_URL, NO_URL),
        otlp.get("interval", ValueType.positiveDuration(), OtlpTarget.DEFAULT_INTERVAL),
        headers);
  }

  private static Optional<String> httpUrl(String text) {
    try {
      URI url = URI.create(text);
      boolean isHttp = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      return isHttp && url.getHost() != null ? Optional.of(text) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static ShutdownConfig shutdown(Section shutdown) {
    ValueType<Duration> duration = ValueType.duration();
    return new ShutdownConfig(
        shutdown.get("delay", duration, ShutdownConfig.DEFAULT.delay()),
        shutdown.get("grace", duration, ShutdownConfig.DEFAULT.grace()));
  }
}
