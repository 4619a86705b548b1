package dev.fairlead.cluster;

import dev.fairlead.admission.SourceLimit;
import dev.fairlead.cluster.health.HealthTable;
import dev.fairlead.cluster.lease.Leases;
import dev.fairlead.cluster.load.CountTable;
import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.rows.RowContext;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the members tell each other all the time: what they count, which backends are healthy, which
 * sources have many connections, and who holds how much of each limit. {@link #open} and {@link
 * #start} are called on the cluster's context, the other methods on any thread.
 */
final class Tables {
  private final LocalMember member;
  private final CountTable<Pool> loads;
  private final HealthTable health;
  private final CountTable<SourceLimit> sources;
  private final Leases leases;

  Tables(RowContext place, LocalMember member, Supplier<List<MemberInfo>> members) {
    this.member = member;
    this.loads = CountTable.ofBackends(place, member::pools);
    this.health = new HealthTable(place, member::pools, members, member.health());
    this.sources = CountTable.ofSources(place, member::sources);
    this.leases = new Leases(place, member::leased);
  }

  /** What has to be there before the first client comes. */
  Future<Void> open() {
    member.onNeed(leases::needed);
    return leases.start();
  }

  /** Succeeds when what the others told is known, as far as it can be read. */
  Future<Void> start() {
    return loads.start().compose(started -> health.start()).compose(started -> sources.start());
  }

  /** Takes all of this member out. Never fails. */
  Future<Void> stop() {
    return Future.join(List.of(loads.stop(), health.stop(), sources.stop(), leases.stop()))
        .mapEmpty();
  }

  /** This member drains. */
  void drain() {
    health.drain();
  }

  /** Pools or limits are others now. */
  void changed() {
    loads.changed();
    health.poolsChanged();
    sources.changed();
  }

  /** As of {@link HealthTable#verdict}. */
  void verdict(Backend backend, long assignment, boolean up, String reason) {
    health.verdict(backend, assignment, up, reason);
  }

  /** As of {@link CountTable#viewAgeSeconds}. */
  double loadViewAgeSeconds() {
    return loads.viewAgeSeconds();
  }

  /** Those that must hear who comes and goes, {@code first} before the others. */
  List<ClusterNode.Listener> nodes(ClusterNode.Listener first) {
    return List.of(first, loads.nodes(), health.nodes(), sources.nodes(), leases.nodes());
  }
}
