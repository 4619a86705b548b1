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
import org.jspecify.annotations.Nullable;

/**
 * The replicated tables: connection counts, health of backends, sources with many connections, and
 * leases. {@link #open} and {@link #start} are called on the cluster's context, the other methods
 * on any thread.
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

  /** Opens what has to be there before the first client is accepted. */
  Future<Void> open() {
    member.onNeed(leases::needed);
    return leases.start();
  }

  /** Succeeds when the other members' rows are read, as far as that is possible. */
  Future<Void> start() {
    return loads.start().compose(started -> health.start()).compose(started -> sources.start());
  }

  /** Removes this member's rows. Never fails. */
  Future<Void> stop() {
    return Future.join(List.of(loads.stop(), health.stop(), sources.stop(), leases.stop()))
        .mapEmpty();
  }

  /** This member drains. */
  void drain() {
    health.drain();
  }

  /** Pools or limits have changed. */
  void changed() {
    loads.changed();
    health.poolsChanged();
    sources.changed();
  }

  /** As of {@link HealthTable#verdict}. */
  void verdict(Backend backend, long assignment, boolean up, @Nullable String reason) {
    health.verdict(backend, assignment, up, reason);
  }

  /** As of {@link CountTable#viewAgeSeconds}. */
  double loadViewAgeSeconds() {
    return loads.viewAgeSeconds();
  }

  /** Receivers of the changes of nodes, {@code first} before the others. */
  List<ClusterNode.NodeChanges> nodes(ClusterNode.NodeChanges first) {
    return List.of(first, loads.nodes(), health.nodes(), sources.nodes(), leases);
  }
}
