package dev.fairlead.admin;

import dev.fairlead.admission.Leased;
import dev.fairlead.admission.NetworkList;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.ListenerConfig.Route;
import dev.fairlead.config.Problem;
import dev.fairlead.config.Revision;
import dev.fairlead.event.MemberId;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.net.tls.ListenerCertificate;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.rebalance.RebalancePlan;
import dev.fairlead.session.SessionRecord;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A member's state as shown by the admin listener. Every method may be called from any thread and
 * does not block.
 */
public interface MemberView {

  /** False if an event loop has been stuck for 10 s. */
  boolean isLive();

  /** Why the member does not accept clients now, empty = it is ready. */
  List<String> notReadyReasons();

  Status status();

  /** What may change at any moment, and costs little to ask. */
  Now now();

  /** All members of the cluster, including this one. */
  List<MemberInfo> members();

  /** Those in force, then the removed ones with live sessions of this member. */
  List<ListenerStatus> listeners();

  /** Those that clients of the listeners in force see, by name of the listener, then in order. */
  List<ListenerCertificate> certificates();

  /** What keeps the files of TLS from being used as they are now; empty = they are. */
  List<UnusableFiles> unusableFiles();

  /** The networks of the files that listeners in force name in {@code allow} and {@code deny}. */
  default Function<Path, NetworkList> lists() {
    return file -> {
      throw new IllegalArgumentException("not read: " + file);
    };
  }

  List<Pool> pools();

  /** Those with live sessions of this member, also of removed pools. */
  List<Backend> removedBackends();

  /** The live sessions of this member, gathered from its event loops. */
  Future<List<SessionRecord>> sessions();

  /** Ends a session of this member with reason {@code admin}; false = no such session. */
  Future<Boolean> closeSession(String id);

  /** What would be ended of a pool in force if it were rebalanced now. */
  Future<RebalancePlan> rebalancePlan(Pool pool);

  /** False until the first configuration is in force. */
  boolean isConfigured();

  /** Only when {@link #isConfigured}. */
  InForce config();

  /**
   * State of this member. {@code fileInForce}: the listeners and pools of the file on disk are
   * those in force; {@code restartNeeded}: changed keys of the file that take effect after a
   * restart; {@code tls} null = no listener or pool uses TLS.
   */
  record Status(
      String id,
      String name,
      String version,
      Instant started,
      String transport,
      int eventLoops,
      long sessions,
      int maxSessions,
      boolean draining,
      AccessLogStatus accessLog,
      @Nullable TlsStatus tls,
      boolean clustered,
      String configFile,
      boolean fileInForce,
      String configAuthor,
      List<String> configProblems,
      List<String> restartNeeded) {}

  /**
   * This member at this moment.
   *
   * @param problems of its own file
   * @param limits in force of this member
   * @param waiting clients by queue, {@code listener/NAME} or {@code pool/NAME}
   */
  record Now(
      MemberId self,
      String version,
      Instant started,
      int maxSessions,
      List<Problem> problems,
      List<Leased> limits,
      Map<String, Integer> waiting) {}

  /**
   * The TLS of listeners and pools.
   *
   * @param notes what is not as the configuration says
   */
  record TlsStatus(String provider, List<String> notes) {}

  /**
   * A problem with the files of one listener or pool, which uses what it had before.
   *
   * @param listener null = it is a pool
   * @param pool null = it is a listener
   */
  record UnusableFiles(@Nullable String listener, @Nullable String pool, String message) {}

  /** Lines that are not written yet, and lines lost since the start. */
  record AccessLogStatus(int waiting, long dropped) {}

  /**
   * One listener, or a removed one as it was last configured; {@code state} is {@code enabled},
   * {@code draining} or {@code removed}; {@code address} has the real port and is absent while it
   * is not bound. Without {@code pool} a client that no route matches is refused.
   */
  record ListenerStatus(
      String name,
      String state,
      String bind,
      @Nullable String address,
      @Nullable String pool,
      List<Route> routes,
      long active,
      long total) {
    public static final String REMOVED = "removed";

    boolean isRemoved() {
      return state.equals(REMOVED);
    }
  }

  /**
   * The configuration in force: a revision, its document as parsed by this member, and what is
   * shown of that: {@code {listeners, pools}} with variables unresolved, made on a worker.
   */
  record InForce(Revision revision, FairleadConfig config, Supplier<JsonObject> shown) {}
}
