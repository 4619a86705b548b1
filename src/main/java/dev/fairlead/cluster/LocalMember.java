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
import org.jspecify.annotations.Nullable;

/** This process, as the cluster sees it. Methods may be called from any thread. */
public interface LocalMember {

  /** The name it asks for. */
  String wantedName();

  /** Its name is the wanted one here, even if the cluster gave it another. */
  MemberInfo info();

  /** The pools in force. */
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

  /** Calls {@code cluster}, on any thread, with each limit that waits for permits; set once. */
  default void onNeed(Consumer<Leased> cluster) {}

  /** Its metrics report; may take long, so it is called on a worker. */
  MetricsReport numbers();

  /**
   * Saves the revisions of this member, as they are written, for the next start; blocks.
   *
   * @param revisions the newest first
   */
  void save(List<String> revisions);

  /** A shutdown command is obeyed; without a grace as configured. */
  void shutdown(@Nullable Duration grace);
}
