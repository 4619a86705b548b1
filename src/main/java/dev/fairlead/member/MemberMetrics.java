package dev.fairlead.member;

import dev.fairlead.admin.MemberView;
import dev.fairlead.cluster.ClusterVerticle;
import dev.fairlead.observe.AccessLog;
import dev.fairlead.observe.Metrics;
import dev.fairlead.observe.ProcessLogs;

/** Shows {@link Metrics} the parts of a member that it measures. Any thread. */
record MemberMetrics(Metrics metrics, Proxy proxy) {

  /** To be called once. */
  void observe(ClusterVerticle cluster, AccessLog accessLog, ProcessLogs logs) {
    EventLoops loops = proxy.loops();
    metrics.build(
        FairleadVersion.get(), System.getProperty("java.version"), loops.transport().name());
    metrics.maxSessions(loops.count().max());
    metrics.accessLog(accessLog::dropped, accessLog::waiting);
    metrics.logLost("access", accessLog::dropped);
    metrics.logLost("process", logs::lost);
    metrics.logLost("audit", logs::auditLost);
    metrics.cluster(
        new Metrics.ClusterFigures(
            () -> cluster.members().size(),
            cluster.loads()::viewAgeSeconds,
            cluster.loads()::viewSize));
    metrics.clusterTraffic(cluster.traffic()::messages, cluster.traffic()::bytes);
    metrics.commandsRefused(cluster::refusedCommands);
    metrics.certificates(proxy.tls()::certificates);
    for (int i = 0; i < loops.verticles().size(); i++) {
      var verticle = loops.verticles().get(i);
      metrics.eventLoop(String.valueOf(i), verticle::lagNanos, verticle::blockedNanos);
    }
  }

  /** Exports what is in force from now on. */
  void export(MemberView.InForce inForce) {
    metrics.apply(
        inForce.config().listeners().stream()
            .map(listener -> proxy.stats().of(listener.name()))
            .toList(),
        proxy.pools());
    metrics.applyLimits(proxy.limiters());
  }
}
