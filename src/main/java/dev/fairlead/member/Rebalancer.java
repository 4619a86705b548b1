package dev.fairlead.member;

import dev.fairlead.cluster.ClusterVerticle;
import dev.fairlead.cluster.load.LoadRow;
import dev.fairlead.config.Durations;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.config.PoolConfig.Closing;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
 * It looks at the members every second, also without a pool to be rebalanced: who was here before a
 * split must be known when it comes, and when a command does.
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

  /** So long new sessions fill up what was short after the last plan that ended any. */
  private static final long RETURN_NANOS = Duration.ofSeconds(PoolHistory.WINDOW).toNanos();

  /** How long one command goes on. Raising it reaches more of the sessions that are young now. */
  private static final Duration ONCE = Duration.ofMinutes(10);

  private final Vertx vertx;
  private final Proxy proxy;
  private final ClusterVerticle cluster;
  private final SharedLoads loads;
  private final Context context;
  private final Majority majority = new Majority();
  private final Map<String, PoolHistory> histories = new HashMap<>();

  /** By pool and backend: since when no session to end is found. */
  private final Map<String, Long> missingSince = new HashMap<>();

  /** Pools that are rebalanced by command. */
  private final Map<String, Once> once = new HashMap<>();

  /** By pool: what its new sessions fill up, while it is rebalanced and clients return. */
  private final Map<String, Filling> fillings = new HashMap<>();

  private @Nullable Long timer;
  private boolean stopped;

  Rebalancer(Vertx vertx, Proxy proxy, ClusterVerticle cluster) {
    this.vertx = vertx;
    this.proxy = proxy;
    this.cluster = cluster;
    this.loads = new SharedLoads(cluster);
    this.context = vertx.getOrCreateContext();
  }

  /** Until when, in nanoseconds; and how old sessions must be, null = as configured. */
  private record Once(long until, @Nullable Duration minAge) {}

  /** Until when, in nanoseconds, new sessions go to backends below these shares. */
  private record Filling(Map<String, Long> shares, long until) {}

  /** From now on; a second call changes nothing. */
  void start() {
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
            long until = System.nanoTime() + ONCE.toNanos();
            once.put(pool, new Once(until, duration(command, "minAge")));
          });
      return;
    }
    Duration over = Objects.requireNonNullElse(duration(command, "over"), Duration.ZERO);
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

  private static @Nullable Duration duration(JsonObject command, String key) {
    String text = command.getString(key);
    return text == null ? null : Durations.parse(text).orElse(null);
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
    if (timer == null && !stopped) {
      long delay = SECOND_MILLIS - System.currentTimeMillis() % SECOND_MILLIS;
      timer = vertx.setTimer(delay, id -> tick());
    }
  }

  /** For a filling too: it must end. */
  private boolean isNeeded() {
    return !fillings.isEmpty() || proxy.pools().stream().anyMatch(this::isWanted);
  }

  private boolean isWanted(Pool pool) {
    return pool.config().rebalance() != null || once.containsKey(pool.name());
  }

  private void tick() {
    timer = null;
    long second = (System.currentTimeMillis() + SECOND_MILLIS / 2) / SECOND_MILLIS;
    long now = System.nanoTime();
    List<MemberInfo> members = cluster.members();
    Set<String> ids = ids(members, member -> true);
    boolean isWhole = majority.observe(ids, ids(members, MemberInfo::draining), now);
    once.values().removeIf(each -> each.until - now < 0);
    if (isNeeded()) {
      tick(second, now, ids, isWhole);
    } else {
      histories.clear();
    }
    schedule();
  }

  private void tick(long second, long now, Set<String> members, boolean isWhole) {
    boolean isKnown =
        cluster.loads().viewAgeSeconds() <= STALE_SECONDS
            && cluster.loads().viewSize() == members.size() - 1;
    fillings.values().removeIf(each -> each.until - now < 0);
    List<Pool> pools = proxy.pools();
    histories
        .keySet()
        .retainAll(
            pools.stream().filter(this::isWanted).map(Pool::name).collect(Collectors.toSet()));
    for (Pool pool : pools) {
      Filling filling = fillings.get(pool.name());
      pool.fillUpTo(filling == null ? Map.of() : filling.shares);
      OptionalLong total = isWanted(pool) ? observe(pool, members) : OptionalLong.empty();
      if (isWhole && isKnown && total.isPresent()) {
        loads
            .plan(pool, total.getAsLong())
            .onSuccess(plan -> context.runOnContext(turn -> end(pool, plan, second)))
            .onFailure(cause -> LOG.error("pool {} is not rebalanced", pool.name(), cause));
      }
    }
  }

  private static Set<String> ids(List<MemberInfo> members, Predicate<MemberInfo> which) {
    return members.stream().filter(which).map(MemberInfo::id).collect(Collectors.toSet());
  }

  /** What must stay the same for a while before anything is ended. */
  private record SteadyView(Set<String> members, Map<String, Integer> weights) {}

  private OptionalLong observe(Pool pool, Set<String> members) {
    Map<String, Integer> weights =
        pool.shares().keySet().stream()
            .collect(Collectors.toMap(Backend::id, each -> each.config().weight()));
    // A command begins to count with itself what may have been down for days.
    Set<String> awaited =
        pool.awaited().stream()
            .filter(each -> each.downFor().toSeconds() < PoolHistory.AWAITED)
            .map(Backend::id)
            .collect(Collectors.toSet());
    return history(pool)
        .observe(new SteadyView(members, weights), awaited, SharedLoads.total(pool));
  }

  private PoolHistory history(Pool pool) {
    return histories.computeIfAbsent(pool.name(), any -> new PoolHistory());
  }

  /** Whether it does not help to end sessions. */
  private boolean rests(Pool pool, RebalancePlan plan) {
    PoolHistory history = history(pool);
    if (history.isHelpful(plan, cluster.self().id())) {
      return false;
    }
    fillings.remove(pool.name());
    pool.fillUpTo(Map.of());
    pool.backends().forEach(each -> missingSince.remove(LoadRow.key(each)));
    if (history.restsNow()) {
      LOG.warn(
          "pool {} is not rebalanced for 10 minutes: sessions that were ended did not come back"
              + " where they were missing",
          pool.name());
    }
    return true;
  }

  private void end(Pool pool, RebalancePlan plan, long second) {
    if (rests(pool, plan)) {
      return;
    }
    Map<String, Integer> mine = plan.ofMember(cluster.self().id(), second);
    Set<String> above = plan.surplus().keySet();
    Once command = once.get(pool.name());
    Duration minAge = command == null ? null : command.minAge;
    Duration age = Objects.requireNonNullElse(minAge, plan.rules().minAge());
    if (above.isEmpty() && !plan.isGrowing()) {
      once.remove(pool.name());
    }
    if (!above.isEmpty()) {
      Filling filling = new Filling(plan.shares(), System.nanoTime() + RETURN_NANOS);
      fillings.put(pool.name(), filling);
      pool.fillUpTo(filling.shares);
    }
    for (Backend backend : pool.backends()) {
      int count = mine.getOrDefault(backend.id(), 0);
      if (!above.contains(backend.id())) {
        missingSince.remove(LoadRow.key(backend));
      } else if (count > 0) {
        end(pool, backend, count, age, plan.rules().quiet());
      }
    }
  }

  private void end(Pool pool, Backend backend, int count, Duration minAge, Duration quiet) {
    long now = System.nanoTime();
    String key = LoadRow.key(backend);
    long since = missingSince.getOrDefault(key, now);
    boolean isPatient = now - since < quiet.multipliedBy(PATIENCE).toNanos();
    Wanted wanted =
        new Wanted(
            backend,
            isPatient ? count : 1,
            minAge,
            isPatient ? quiet : quiet.dividedBy(PATIENCE),
            moves(pool, backend));
    proxy
        .loops()
        .endGently(wanted, CloseReason.REBALANCE)
        .onSuccess(
            ended -> {
              pool.rebalanced().add(ended);
              LOG.debug("{} of {} sessions of backend {} are ended", ended, count, backend);
              context.runOnContext(turn -> ended(pool, key, ended, now));
            });
  }

  private void ended(Pool pool, String key, int ended, long lookedAt) {
    if (ended > 0) {
      missingSince.remove(key);
      history(pool).ended(ended);
    } else {
      missingSince.putIfAbsent(key, lookedAt);
    }
  }

  /**
   * With source-hash, or where the source keeps its backend, only a client that would get another
   * one now is worth its end.
   */
  private static Predicate<@Nullable SocketAddress> moves(Pool pool, Backend from) {
    boolean isHash = pool.config().balance() == Balance.SOURCE_HASH;
    if (!isHash && pool.sticky() == null) {
      return source -> true;
    }
    // The end of its session makes room for it at the backend that it comes from, not at others.
    List<Backend> full =
        pool.backends().stream()
            .filter(each -> !each.hasRoom() && !each.id().equals(from.id()))
            .toList();
    return source -> {
      Backend next = pool.keptBy(source);
      if (next != null && full.contains(next)) {
        next = null;
      }
      if (next == null && isHash) {
        next = pool.pick(source, List.of(), full);
      }
      return next == null ? !isHash : !next.id().equals(from.id());
    };
  }
}
