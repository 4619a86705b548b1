package dev.fairlead.observe;

import dev.fairlead.session.CloseReason;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.LongStream;

/** Names, labels and histogram buckets of the metrics. All of it is API. */
final class MetricNames {
  static final String BUILD = "fairlead_build";
  static final String BUILD_INFO = BUILD + "_info";
  static final String SESSIONS_MAX = "fairlead_sessions_max";
  static final String SESSIONS_ACTIVE = "fairlead_sessions_active";
  static final String SESSIONS = "fairlead_sessions_total";
  static final String SESSION_CLOSED = "fairlead_session_closed_total";
  static final String PROXY_HEADERS = "fairlead_proxy_headers_total";
  static final String TLS_HANDSHAKES = "fairlead_tls_handshakes_total";
  static final String TLS_HANDSHAKE = "fairlead_tls_handshake_seconds";
  static final String CERTIFICATE_EXPIRY = "fairlead_certificate_expiry_timestamp_seconds";
  static final String REFUSED = "fairlead_refused_total";
  static final String LIMIT_REFUSED = "fairlead_limit_refused_total";
  static final String LIMIT_USED = "fairlead_limit_used";
  static final String LIMIT_ALLOWED = "fairlead_limit_allowed";
  static final String LIMIT_CONFIGURED = "fairlead_limit_configured";
  static final String QUEUE_LENGTH = "fairlead_queue_length";
  static final String BYTES = "fairlead_bytes_total";
  static final String BACKEND_SESSIONS_ACTIVE = "fairlead_backend_sessions_active";
  static final String BACKEND_CLUSTER_SESSIONS = "fairlead_backend_cluster_sessions";
  static final String BACKEND_CONNECT = "fairlead_backend_connect_seconds";
  static final String BACKEND_HEALTHY = "fairlead_backend_healthy";
  static final String BACKEND_FAILURES = "fairlead_backend_failures_total";
  static final String BACKEND_SESSIONS = "fairlead_backend_sessions_total";
  static final String BACKEND_EJECTED = "fairlead_backend_ejected";
  static final String POOL_BACKENDS = "fairlead_pool_backends";
  static final String POOL_ELIGIBLE = "fairlead_pool_backends_eligible";
  static final String REBALANCED = "fairlead_rebalanced_total";
  static final String CONFIG_REVISION = "fairlead_config_revision";
  static final String MEMBERS = "fairlead_members";
  static final String LOAD_VIEW_AGE = "fairlead_load_view_age_seconds";
  static final String LOAD_VIEW_MEMBERS = "fairlead_load_view_members";
  static final String CLUSTER_MESSAGES_SENT = "fairlead_cluster_messages_sent_total";
  static final String CLUSTER_BYTES_SENT = "fairlead_cluster_bytes_sent_total";
  static final String COMMANDS_REFUSED = "fairlead_commands_refused_total";
  static final String EVENT_LOOP_LAG = "fairlead_event_loop_lag_seconds";
  static final String EVENT_LOOP_BLOCKED = "fairlead_event_loop_blocked_seconds_total";
  static final String DIRECT_MEMORY = "fairlead_direct_memory_bytes";
  static final String ACCESS_LOG_DROPPED = "fairlead_access_log_dropped_total";
  static final String ACCESS_LOG_WAITING = "fairlead_access_log_waiting";
  static final String LOG_LOST = "fairlead_log_lines_lost_total";
  static final String POOL_STICKY = "fairlead_pool_sticky_sources";
  static final String POOL_STICKY_EVICTED = "fairlead_pool_sticky_evicted_total";

  static final String LISTENER = "listener";
  static final String POOL = "pool";
  static final String BACKEND = "backend";
  static final String RESULT = "result";
  static final String OK = "ok";
  static final String FAILED = "failed";
  static final String VERSION = "version";
  static final String RESUMED = "resumed";
  static final String NAME = "name";

  /**
   * Version and resumption of a handshake that failed: there is none yet. Not empty, because for
   * Prometheus an empty label is no label.
   */
  static final String NONE = "none";

  static final String REASON = "reason";
  static final String DIRECTION = "direction";
  static final String FROM_CLIENT = "from-client";
  static final String TO_CLIENT = "to-client";
  static final String LOOP = "loop";
  static final String LOG = "log";
  static final String LIMIT = "limit";
  static final String SCOPE = "scope";
  static final String JAVA = "java";
  static final String TRANSPORT = "transport";
  static final String QUEUE = "queue";

  /** Reasons for refusing a client before a backend is selected. */
  static final Set<CloseReason> REFUSALS =
      Collections.unmodifiableSet(
          EnumSet.of(
              CloseReason.NO_ROUTE,
              CloseReason.NO_BACKEND,
              CloseReason.QUEUE_FULL,
              CloseReason.QUEUE_TIMEOUT,
              CloseReason.LIMIT_CONNECTIONS,
              CloseReason.LIMIT_SOURCE,
              CloseReason.LIMIT_RATE,
              CloseReason.DENIED,
              CloseReason.REJECT,
              CloseReason.PROXY_HEADER,
              CloseReason.HELLO,
              CloseReason.TLS_HANDSHAKE));

  private static final long[] CONNECT_BUCKETS_MICROS = {
    250, 500, 1_000, 2_500, 5_000,
    10_000, 25_000, 50_000, 100_000, 250_000,
    500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000
  };

  private MetricNames() {}

  /** Upper bounds of the connect-time histogram. */
  static Duration[] connectBuckets() {
    return LongStream.of(CONNECT_BUCKETS_MICROS)
        .mapToObj(micros -> Duration.of(micros, ChronoUnit.MICROS))
        .toArray(Duration[]::new);
  }
}
