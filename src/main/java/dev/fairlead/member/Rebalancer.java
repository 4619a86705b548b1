package dev.fairlead.member;

import dev.fairlead.cluster.ClusterVerticle;
import dev.fairlead.cluster.load.LoadRow;
import dev.fairlead.config.Durations;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.config.PoolConfig.Closing;
import dev.fairlead.config.PoolConfig.Rebalance;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.rebalance.Majority;
import dev.fairlead.pool.rebalance.PoolHistory;
import dev.fairlead.pool.rebalance.RebalancePlan;
import dev.fairlead.session.CloseReason;
import dev.fairlead.session.GradualClose.Wanted;
import dev.fairlead.session.GradualClose.Whose;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends this member's part of the sessions of backends that hold more than their share of the
 * cluster's, by {@link RebalancePlan}. At the full second of the clock, so that all members plan
 * from counts in which nothing of that second has been ended yet.
 *
 * <p>Its state belongs to a Vert.x context of its own; the methods may be called from any thread.
 * While no pool is to be rebalanced there is no timer.
 */
final class Rebalancer {
  private static final Logger LOG = LoggerFactory.getLogger(Rebalancer.class);
  private static final long SECOND_MILLIS = 1000;

  /**
   * Age of a peer's counts from which nothing is ended. Rows are renewed each second; below that
   * nothing would ever be ended.
   */
  private static final double STALE_SECONDS = 2;

  /** After so many times {@code quiet} without a quiet session the quietest is ended. */
  private static final int PATIENCE = 10;

  /** How long one command goes on. Raising it reaches more of the sessions that are young now. */
  private static final Duration ONCE = Duration.ofMinutes(10);

  private final Vertx vertx;
  private final Proxy proxy;
  private final ClusterVerticle cluster;
  private final SharedLoads loads;
  private final Context context;
  private final Majority majority = new Majority();
  private final Map<String, PoolHistory> histories = new HashMap<>();

  /** By pool and backend: when a session to end was last found, or first looked for. */
  private final Map<String, Long> foundAt = new HashMap<>();

  /** Pools that are rebalanced by command, and until when. */
  private final Map<String, Long> once = new HashMap<>();

  private @Nullable Long timer;
  private boolean stopped;

  Rebalancer(Vertx vertx, Proxy proxy, ClusterVerticle cluster) {
    this.vertx = vertx;
    this.proxy = proxy;
    this.cluster = cluster;
    this.loads = new SharedLoads(cluster);
    this.context = vertx.getOrCreateContext();
  }

  /** Other pools may be in force. */
  void follow() {
    context.runOnContext(turn -> schedule());
  }

  /**
   * Obeys {@link dev.fairlead.event.Commands#endSessions}: rebalances a pool until each backend
   * holds its share, for ten minutes at most, or ends what one backend or listener has.
   */
  void obey(JsonObject command) {
    String pool = command.getString("pool");
    String backend = command.getString("backend");
    String listener = command.getString("listener");
    if (listener == null && backend == null) {
      context.runOnContext(
          turn -> {
            once.put(pool, System.nanoTime() + ONCE.toNanos());
            schedule();
          });
      return;
    }
    Duration over =
        Optional.ofNullable(command.getString("over"))
            .flatMap(Durations::parse)
            .orElse(Duration.ZERO);
    if (listener != null) {
      Closing closing = new Closing(Duration.ZERO, over);
      proxy.loops().endSessionsOf(Whose.listener(listener), closing, CloseReason.ADMIN);
      return;
    }
    proxy.pools().stream()
        .filter(each -> each.name().equals(pool))
        .flatMap(each -> each.backends().stream())
        .filter(each -> each.id().equals(backend))
        .forEach(
            each ->
                proxy
                    .loops()
                    .endSessionsOf(
                        Whose.of(each), new Closing(Duration.ZERO, over), CloseReason.ADMIN));
  }

  void stop() {
    context.runOnContext(
        turn -> {
          stopped = true;
          if (timer != null) {
            vertx.cancelTimer(timer);
          }
        });
  }

  private void schedule() {
    List<Pool> pools = pools();
    Set<String> names = pools.stream().map(Pool::name).collect(Collectors.toSet());
    histories.keySet().retainAll(names);
    if (timer == null && !stopped && !pools.isEmpty()) {
      long delay = SECOND_MILLIS - System.currentTimeMillis() % SECOND_MILLIS;
      timer = vertx.setTimer(delay, id -> tick());
    }
  }

  private List<Pool> pools() {
    long now = System.nanoTime();
    once.values().removeIf(until -> until - now < 0);
    return proxy.pools().stream()
        .filter(pool -> pool.config().rebalance() != null || once.containsKey(pool.name()))
        .toList();
  }

  private void tick() {
    timer = null;
    long second = (System.currentTimeMillis() + SECOND_MILLIS / 2) / SECOND_MILLIS;
    List<MemberInfo> members = cluster.members();
    Set<String> ids = members.stream().map(MemberInfo::id).collect(Collectors.toSet());
    Set<String> draining =
        members.stream()
            .filter(MemberInfo::draining)
            .map(MemberInfo::id)
            .collect(Collectors.toSet());
    boolean isWhole = majority.observe(ids, draining, System.nanoTime());
    boolean isKnown =
        cluster.loads().viewAgeSeconds() <= STALE_SECONDS
            && cluster.loads().viewSize() == members.size() - 1;
    for (Pool pool : pools()) {
      OptionalLong total = observe(pool, ids);
      if (isWhole && isKnown && total.isPresent()) {
        loads
            .plan(pool, total.getAsLong())
            .onSuccess(plan -> context.runOnContext(turn -> end(pool, plan, second)))
            .onFailure(cause -> LOG.error("pool {} is not rebalanced", pool.name(), cause));
      }
    }
    schedule();
  }

  /** What must stay the same for a while before anything is ended. */
  private record SteadyView(Set<String> members, Set<String> backends) {}

  private OptionalLong observe(Pool pool, Set<String> members) {
    Set<String> backends = new HashSet<>();
    pool.shares().keySet().forEach(backend -> backends.add(backend.id()));
    return histories
        .computeIfAbsent(pool.name(), any -> new PoolHistory())
        .observe(new SteadyView(members, backends), SharedLoads.total(pool));
  }

  private void end(Pool pool, RebalancePlan plan, long second) {
    Map<String, Integer> mine = plan.ofMember(cluster.self().id(), second);
    Set<String> above = plan.surplus().keySet();
    if (above.isEmpty()) {
      once.remove(pool.name());
    }
    for (Backend backend : pool.backends()) {
      int count = mine.getOrDefault(backend.id(), 0);
      if (!above.contains(backend.id())) {
        foundAt.remove(LoadRow.key(backend));
      } else if (count > 0) {
        end(pool, backend, count, plan.rules());
      }
    }
  }

  private void end(Pool pool, Backend backend, int count, Rebalance rules) {
    long now = System.nanoTime();
    String key = LoadRow.key(backend);
    long waited = now - foundAt.computeIfAbsent(key, any -> now);
    boolean isPatient = waited < rules.quiet().multipliedBy(PATIENCE).toNanos();
    Wanted wanted =
        new Wanted(
            backend,
            isPatient ? count : 1,
            rules.minAge(),
            isPatient ? rules.quiet() : rules.quiet().dividedBy(PATIENCE),
            moves(pool, backend));
    proxy
        .loops()
        .endGently(wanted, CloseReason.REBALANCE)
        .onSuccess(
            ended -> {
              pool.rebalanced().add(ended);
              LOG.debug("{} of {} sessions of backend {} are ended", ended, count, backend);
              if (ended > 0) {
                context.runOnContext(turn -> foundAt.put(key, System.nanoTime()));
              }
            });
  }

  /** With source-hash only a client that would get another backend now is worth its end. */
  private static Predicate<@Nullable SocketAddress> moves(Pool pool, Backend from) {
    return pool.config().balance() == Balance.SOURCE_HASH
        ? source -> {
          Backend next = pool.pick(source, List.of());
          return next != null && !next.id().equals(from.id());
        }
        : source -> true;
  }
}
