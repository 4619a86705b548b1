package dev.fairlead.imports.haproxy;

import dev.fairlead.imports.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Why Fairlead has nothing for a directive of HAProxy, for the comment about it. */
final class HaproxyReasons {
  private static final String LOG = "the access log is always on, see node.accessLog";
  private static final String KEEP_ALIVE = "both sides always have TCP keep-alive";
  private static final String SERVICE = "the service unit or the container decides it";
  private static final String HTTP = "only for HTTP";
  private static final String STICK =
      "there are no stick tables; see stickiness of the pool and limits.connectionsPerSource";

  /** By the first words; the longest that fits is meant. */
  private static final Map<String, String> REASONS = new LinkedHashMap<>();

  static {
    put(LOG, "log", "option tcplog", "option httplog", "option logasap", "option dontlognull");
    put(LOG, "log-format", "log-tag", "option dontlog-normal", "option log-separate-errors");
    put("changes of health are always in the log", "option log-health-checks");
    put(KEEP_ALIVE, "option tcpka", "option clitcpka", "option srvtcpka");
    put("Fairlead always tries other backends", "option redispatch");
    put("off unless node.splice is true", "option splice-auto");
    put("off unless node.splice is true", "option splice-request", "option splice-response");
    put("all backups that are eligible are used", "option allbackups");
    put("a client that left is noticed while it waits", "option abortonclose");
    put(SERVICE, "daemon", "user", "group", "uid", "gid", "chroot", "pidfile", "ulimit-n");
    put(SERVICE, "master-worker", "cpu-map", "nbproc", "set-dumpable", "expose-fd", "unix-bind");
    put("see node.admin and the commands of the client", "stats", "server-state-file");
    put("Fairlead keeps its state in the cluster", "load-server-state-from-file", "peers");
    put(HTTP, "timeout http-request", "timeout http-keep-alive", "timeout tarpit", "http-request");
    put(HTTP, "option httpclose", "option http-server-close", "option forwardfor", "cookie");
    put(HTTP, "http-response", "http-reuse", "errorfile", "errorfiles", "compression", "capture");
    put(
        HTTP,
        "http-after-response",
        "monitor-uri",
        "redirect",
        "errorloc",
        "option http-keep-alive");
    put(STICK, "stick-table", "stick", "tcp-request connection track-sc0", "tcp-request content");
    put("Fairlead takes the sizes from the JVM and the system", "tune.", "fullconn");
    put(
        "Fairlead asks the resolver of the machine",
        "resolvers",
        "nameserver",
        "parse-resolv-conf");
    put("the name of a listener or pool is enough", "description", "id", "node");
    put("no counterpart; see tls.minVersion and tls.ciphers", "ssl-default-bind-options");
    put("no counterpart; see tls.minVersion", "ssl-default-server-options");
    put("the hash of source-hash is always consistent", "hash-type");
    put("the ciphers of TLS 1.3 are always spoken", "ssl-default-bind-ciphersuites");
  }

  /** Parameters of servers. */
  private static final Map<String, String> OF_SERVERS =
      Map.of(
          "resolvers", "Fairlead asks the resolver of the machine",
          "resolve-prefer", "all addresses of a name are tried in turn",
          "init-addr", "a name that is not known is asked for again at each attempt",
          "cookie", "only for HTTP",
          "on-error", "the backend is ejected, see outlier",
          "id", "the address is the id of a backend",
          "tfo", "no TCP Fast Open");

  /** What a section of proxies would use. */
  private static final Pattern USABLE =
      Pattern.compile(
          "(?:timeout (?:client|server|connect|check|queue|tunnel)|balance|retries|maxconn"
              + "|default-server|mode|backlog|source|option (?:tcp|http|ssl|redis|smtp)\\S*ch).*");

  private HaproxyReasons() {}

  /** The same for a parameter of a server. */
  static String ofServer(String parameter) {
    return OF_SERVERS.getOrDefault(parameter, "no counterpart");
  }

  private static void put(String reason, String... beginnings) {
    for (String beginning : beginnings) {
      REASONS.put(beginning, reason);
    }
  }

  /** What is known of it, else that it is not known. */
  static String reason(Statement statement) {
    String known = statement.reason();
    if (known != null) {
      return known;
    }
    String words = String.join(" ", statement.words());
    return REASONS.keySet().stream()
        .filter(words::startsWith)
        .reduce((one, other) -> other.length() >= one.length() ? other : one)
        .map(REASONS::get)
        .orElse(USABLE.matcher(words).matches() ? "no section uses it" : "no counterpart");
  }
}
