package dev.fairlead.cluster;

import dev.fairlead.admission.Leased;
import dev.fairlead.admission.SourceLimit;
import dev.fairlead.cluster.health.HealthListener;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.event.MetricsReport;
import dev.fairlead.pool.Pool;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** This process, as the cluster sees it. Methods may be called from any thread. */
public interface LocalMember {

  /** The name it asks for. */
  String wantedName();

  /** Its name is the wanted one here, even if the cluster gave it another. */
  MemberInfo info();

  /** The pools in force; asked often, must return at once. */
  List<Pool> pools();

  /** Probes its backends and receives their verdicts; asked once. */
  default HealthListener health() {
    return HealthListener.NONE;
  }

  /** Its limits that are shared with the cluster; asked often, must return at once. */
  default List<Leased> leased() {
    return List.of();
  }

  /** Its limits of single sources; asked often, must return at once. */
  default List<SourceLimit> sources() {
    return List.of();
  }

  /** Whether it has sessions, so that its counts may change; asked often, must return at once. */
  default boolean hasSessions() {
    return false;
  }

  /**
   * Calls, on any thread, {@code need} with each limit that waits for permits, and {@code
   * firstSession} when it has a session and had none before; set once.
   */
  default void onDemand(Consumer<Leased> need, Runnable firstSession) {}

  /** Its metrics report; may take long, so it is called on a worker. */
  MetricsReport numbers();

  /** Answers what another member asks, as of {@code MemberQueries}. */
  default Future<JsonObject> answer(JsonObject query) {
    return Future.failedFuture("not asked here");
  }

  /** It is a member now, which {@code ask} asks others by id; called once. */
  default void joined(BiFunction<String, JsonObject, Future<JsonObject>> ask) {}

  /** Saves revisions, as they are written and the newest first, for the next start; blocks. */
  void save(List<String> revisions);

  /** A command of {@link dev.fairlead.event.Commands#endSessions} is obeyed. */
  default void endSessions(JsonObject command) {}

  /** A shutdown command is obeyed; without a grace as configured. */
  void shutdown(@Nullable Duration grace);
}
