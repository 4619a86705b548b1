package dev.fairlead.member;

import dev.fairlead.admission.Leased;
import dev.fairlead.admission.SourceLimit;
import dev.fairlead.cluster.LocalMember;
import dev.fairlead.cluster.health.HealthListener;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.event.MetricsReport;
import dev.fairlead.member.file.KeptRevisions;
import dev.fairlead.pool.Pool;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * This process as seen by the cluster. Any thread. {@code report} is called only when the member is
 * complete; {@code drain} gets null for the configured grace.
 */
record LocalMemberAdapter(
    String wantedName,
    Proxy proxy,
    KeptRevisions kept,
    HealthListener health,
    Supplier<MemberReport> report,
    Consumer<JsonObject> ends,
    Consumer<@Nullable Duration> drain)
    implements LocalMember {

  /** As configured, or the host name. Blocks: it may ask the system's resolver. */
  static String wantedName(NodeConfig config) {
    if (config.name() != null) {
      return config.name();
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  @Override
  public MemberInfo info() {
    return report.get().info();
  }

  @Override
  public List<Pool> pools() {
    return proxy.pools();
  }

  @Override
  public List<Leased> leased() {
    return proxy.limiters().leased();
  }

  @Override
  public List<SourceLimit> sources() {
    return proxy.limiters().sources();
  }

  @Override
  public void onDemand(Consumer<Leased> need, Runnable firstSession) {
    proxy.limiters().onNeed(need);
    proxy.loops().count().onFirst(firstSession);
  }

  @Override
  public boolean hasSessions() {
    return proxy.loops().count().live() > 0;
  }

  @Override
  public MetricsReport numbers() {
    return report.get().metrics();
  }

  @Override
  public Future<JsonObject> answer(JsonObject query) {
    return report.get().answer(query);
  }

  @Override
  public void joined(BiFunction<String, JsonObject, Future<JsonObject>> ask) {
    report.get().joined(ask);
  }

  @Override
  public void save(List<String> revisions) {
    kept.revisions(revisions);
  }

  @Override
  public void endSessions(JsonObject command) {
    ends.accept(command);
  }

  @Override
  public void shutdown(@Nullable Duration grace) {
    drain.accept(grace);
  }
}
