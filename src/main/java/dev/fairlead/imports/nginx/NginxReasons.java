package dev.fairlead.imports.nginx;

import dev.fairlead.imports.Statement;
import java.util.Map;

/** Why Fairlead has nothing for a directive of nginx, for the comment about it. */
final class NginxReasons {
  private static final Map<String, String> REASONS =
      Map.ofEntries(
          Map.entry(
              "access_log",
              "the access log is always on, see node.accessLog.to and node.accessLog.format"),
          Map.entry(
              "log_format", "the lines are JSON or those of HAProxy, see node.accessLog.format"),
          Map.entry("error_log", "the process log is on stderr, see node.logTo and node.logLevel"),
          Map.entry("tcp_nodelay", "always on"),
          Map.entry("proxy_socket_keepalive", "always on"),
          Map.entry("proxy_buffer_size", "buffers adapt to each connection"),
          Map.entry("proxy_half_close", "always on"),
          Map.entry("zone", "members share their counts anyway"),
          Map.entry("resolver", "Fairlead asks the resolver of the machine"),
          Map.entry("resolver_timeout", "Fairlead asks the resolver of the machine"),
          Map.entry("ssl_session_cache", "clients resume by tickets, see tls.tickets"),
          Map.entry("ssl_session_timeout", "the keys of tickets change every 12 hours"),
          Map.entry("ssl_prefer_server_ciphers", "the provider decides"),
          Map.entry("ssl_ecdh_curve", "the provider decides"),
          Map.entry("ssl_dhparam", "the provider decides"),
          Map.entry("proxy_ssl_server_name", "the name is always sent, see tls.serverName"),
          Map.entry("proxy_ssl_session_reuse", "always on"),
          Map.entry("proxy_upload_rate", "no limits of bandwidth"),
          Map.entry("proxy_download_rate", "no limits of bandwidth"),
          Map.entry("split_clients", "a route asks for sni, alpn and source only"),
          Map.entry("js_import", "no programs"),
          Map.entry("health_check", "see pools[].health"));

  private NginxReasons() {}

  /** What is known of it, else that it is not known. */
  static String reason(Statement statement) {
    String known = statement.reason();
    return known != null ? known : REASONS.getOrDefault(statement.name(), "no counterpart");
  }
}
