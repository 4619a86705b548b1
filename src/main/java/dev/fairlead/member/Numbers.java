package dev.fairlead.member;

import dev.fairlead.event.MemberId;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.event.MetricsReport;
import dev.fairlead.event.MetricsReport.OfBackend;
import dev.fairlead.event.MetricsReport.OfListener;
import dev.fairlead.event.MetricsReport.OfPool;
import dev.fairlead.event.MetricsReport.Sessions;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.session.ListenerCounters;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Gathers a member's numbers for those who ask over the event bus. Any thread. */
final class Numbers {
  private final MemberReport member;
  private final Proxy proxy;

  Numbers(MemberReport member, Proxy proxy) {
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
        sum(proxy.counters()),
        member.listeners().stream().map(each -> listener(each.name())).toList(),
        proxy.pools().stream().map(Numbers::pool).toList());
  }

  private OfListener listener(String name) {
    return new OfListener(name, sum(List.of(proxy.countersOf(name))));
  }

  private static Sessions sum(List<ListenerCounters> counters) {
    return new Sessions(
        counters.stream().mapToLong(ListenerCounters::active).sum(),
        counters.stream().mapToLong(ListenerCounters::total).sum(),
        counters.stream().mapToLong(ListenerCounters::bytesFromClient).sum(),
        counters.stream().mapToLong(ListenerCounters::bytesToClient).sum());
  }

  private static OfPool pool(Pool pool) {
    return new OfPool(pool.name(), pool.backends().stream().map(Numbers::backend).toList());
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
