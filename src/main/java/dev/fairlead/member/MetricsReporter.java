package dev.fairlead.member;

import dev.fairlead.event.MemberId;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.event.MetricsReport;
import dev.fairlead.event.MetricsReport.OfBackend;
import dev.fairlead.event.MetricsReport.OfListener;
import dev.fairlead.event.MetricsReport.OfPool;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import java.time.Duration;
import java.time.Instant;

/** Builds the {@link MetricsReport} that a member publishes on the event bus. Any thread. */
final class MetricsReporter {
  private final MemberReport member;
  private final Proxy proxy;

  MetricsReporter(MemberReport member, Proxy proxy) {
    this.member = member;
    this.proxy = proxy;
  }

  MetricsReport report() {
    MemberInfo info = member.info();
    return new MetricsReport(
        new MemberId(info.id(), info.name()),
        Instant.now(),
        info.revision(),
        Duration.between(info.started(), Instant.now()),
        proxy.stats().total(),
        member.listeners().stream().map(each -> listener(each.name())).toList(),
        proxy.pools().stream().map(MetricsReporter::pool).toList());
  }

  private OfListener listener(String name) {
    return new OfListener(name, ListenerStats.sum(proxy.stats().of(name)));
  }

  private static OfPool pool(Pool pool) {
    return new OfPool(pool.name(), pool.backends().stream().map(MetricsReporter::backend).toList());
  }

  private static OfBackend backend(Backend backend) {
    return new OfBackend(
        backend.id(),
        backend.active(),
        backend.clusterActive(),
        backend.total(),
        backend.failures());
  }
}
