package dev.fairlead.cluster;

import dev.fairlead.admission.Leased;
import dev.fairlead.admission.SourceLimit;
import dev.fairlead.cluster.health.HealthListener;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.event.MetricsReport;
import dev.fairlead.pool.Pool;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** This very process, as the cluster sees it. Methods may be called from any thread. */
public interface LocalMember {

  /** What it would like to be called. */
  String wantedName();

  /** Its name is the wanted one here, whatever the cluster made of it. */
  MemberInfo info();

  /** The pools in force. */
  List<Pool> pools();

  /** What probes its backends and is told of their health; asked once. */
  default HealthListener health() {
    return HealthListener.NONE;
  }

  /** What it shares with the cluster and is limited; asked often, must return at once. */
  default List<Leased> leased() {
    return List.of();
  }

  /** Its limits of single sources; asked often, must return at once. */
  default List<SourceLimit> sources() {
    return List.of();
  }

  /** Has {@code cluster} hear, on any thread, of what somebody waits for; asked once. */
  default void onNeed(Consumer<Leased> cluster) {}

  /** Its numbers; may take long, so it is called on a worker. */
  MetricsReport numbers();

  /**
   * Keeps the revisions of this member, as they are written, for the next start; blocks.
   *
   * @param revisions the newest first
   */
  void save(List<String> revisions);

  /**
   * Somebody asks it to shut down.
   *
   * @param grace null = as configured
   */
  void shutdown(Duration grace);
}
