package dev.fairlead.admin;

import dev.fairlead.config.Cidr;
import dev.fairlead.session.SessionRecord;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which sessions are wanted, and how many of the newest; a null matches all. Immutable.
 *
 * @param backend an id
 */
record SessionFilter(
    @Nullable Cidr source,
    @Nullable String listener,
    @Nullable String pool,
    @Nullable String backend,
    int limit) {
  private static final String SOURCE = "source";
  private static final String LISTENER = "listener";
  private static final String POOL = "pool";
  private static final String BACKEND = "backend";
  private static final String LIMIT = "limit";

  /** Of a request; throws IllegalArgumentException with what is wrong and was expected. */
  static SessionFilter of(MultiMap params) {
    String limit = params.get(LIMIT);
    if (limit != null && !limit.matches("[1-9][0-9]{0,8}")) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: a number from 1)");
    }
    return of(
        params.get(SOURCE),
        params.get(LISTENER),
        params.get(POOL),
        params.get(BACKEND),
        limit == null ? Integer.MAX_VALUE : Integer.parseInt(limit));
  }

  private static SessionFilter of(
      @Nullable String source,
      @Nullable String listener,
      @Nullable String pool,
      @Nullable String backend,
      int limit) {
    try {
      Cidr network = source == null ? null : Cidr.of(source);
      return new SessionFilter(network, listener, pool, backend, limit);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("source: " + e.getMessage(), e);
    }
  }

  /** What {@link #toJson} of another member wrote. */
  static SessionFilter of(JsonObject json) {
    return of(
        json.getString(SOURCE),
        json.getString(LISTENER),
        json.getString(POOL),
        json.getString(BACKEND),
        json.getInteger(LIMIT, 1));
  }

  JsonObject toJson() {
    return new JsonObject()
        .put(SOURCE, source == null ? null : source.toString())
        .put(LISTENER, listener)
        .put(POOL, pool)
        .put(BACKEND, backend)
        .put(LIMIT, limit);
  }

  SessionFilter atMost(int most) {
    return new SessionFilter(source, listener, pool, backend, Math.min(limit, most));
  }

  List<SessionRecord> of(List<SessionRecord> sessions) {
    return sessions.stream().filter(this::matches).toList();
  }

  private boolean matches(SessionRecord session) {
    return (listener == null || listener.equals(session.listener()))
        && (pool == null || pool.equals(session.pool()))
        && (backend == null || backend.equals(session.backend()))
        && (source == null
            || (session.source() instanceof InetSocketAddress address
                && source.contains(address.getAddress())));
  }
}
