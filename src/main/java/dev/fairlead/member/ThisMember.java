package dev.fairlead.member;

import dev.fairlead.admission.Leased;
import dev.fairlead.admission.SourceLimit;
import dev.fairlead.cluster.LocalMember;
import dev.fairlead.cluster.health.HealthListener;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.event.MetricsReport;
import dev.fairlead.pool.Pool;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** This process as the cluster sees it. Any thread. */
record ThisMember(String wantedName, Parts parts) implements LocalMember {
  /**
   * What is asked.
   *
   * @param health probes the backends
   * @param report is there before the cluster asks for it
   * @param drain gets the grace, null = as configured
   */
  record Parts(
      Proxy proxy,
      KeptRevisions kept,
      HealthListener health,
      Supplier<MemberReport> report,
      Consumer<Duration> drain) {}

  @Override
  public MemberInfo info() {
    return parts.report().get().info();
  }

  @Override
  public List<Pool> pools() {
    return parts.proxy().pools();
  }

  @Override
  public HealthListener health() {
    return parts.health();
  }

  @Override
  public List<Leased> leased() {
    return parts.proxy().limiters().leased();
  }

  @Override
  public List<SourceLimit> sources() {
    return parts.proxy().limiters().sources();
  }

  @Override
  public void onNeed(Consumer<Leased> cluster) {
    parts.proxy().limiters().onNeed(cluster);
  }

  @Override
  public MetricsReport numbers() {
    return new Numbers(parts.report().get(), parts.proxy()).report();
  }

  @Override
  public void save(List<String> revisions) {
    parts.kept().revisions(revisions);
  }

  @Override
  public void shutdown(Duration grace) {
    parts.drain().accept(grace);
  }
}
