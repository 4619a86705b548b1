package dev.fairlead.session.limit;

import dev.fairlead.admission.Leased;
import dev.fairlead.admission.LimitRefusals.LimitRefusal;
import dev.fairlead.admission.ListenerLimiter;
import dev.fairlead.admission.QueueingLimiter;
import dev.fairlead.admission.SourceLimit;
import dev.fairlead.admission.WaitQueue;
import dev.fairlead.config.LimitsConfig.ListenerLimits;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.Pools;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The limiters of all listeners and pools in force, by name, and of removed ones while sessions use
 * them. Any thread, but {@link #configure}, {@link #backendsChanged} and {@link #forgetRemoved} one
 * at a time.
 */
public final class Limiters {
  private final Map<String, ListenerLimiter> listeners = new ConcurrentHashMap<>();
  private final Map<String, PoolLimiter> pools = new ConcurrentHashMap<>();
  private volatile Consumer<Leased> onNeed = needed -> {};

  private Set<QueueingLimiter> inForce = Set.of();

  /** Removed and not in use at the last {@link #forgetRemoved}. */
  private Set<QueueingLimiter> unused = Set.of();

  public ListenerLimiter listener(String name) {
    return listeners.computeIfAbsent(
        name, key -> new ListenerLimiter(key, need -> onNeed.accept(need)));
  }

  public PoolLimiter pool(String name) {
    return pools.computeIfAbsent(name, key -> new PoolLimiter(key, need -> onNeed.accept(need)));
  }

  /** Applies a configuration; to be called before sessions use it. */
  public void configure(List<ListenerConfig> listenersNow, Pools poolsNow) {
    Map<String, ListenerLimits> limits =
        listenersNow.stream()
            .collect(Collectors.toMap(ListenerConfig::name, ListenerConfig::limits));
    Set<QueueingLimiter> now = new HashSet<>();
    limits.keySet().forEach(name -> now.add(listener(name)));
    poolsNow.all().forEach(pool -> now.add(pool(pool.name())));
    inForce = now;
    listeners.forEach(
        (name, limiter) -> limiter.configure(limits.getOrDefault(name, ListenerLimits.NONE)));
    pools.forEach(
        (name, limiter) -> {
          Pool pool = poolsNow.pool(name);
          if (pool == null) {
            limiter.remove();
          } else {
            limiter.configure(pool);
          }
        });
  }

  /**
   * To be called every few seconds. Forgets a limiter that two calls in a row find removed and
   * unused: a client may be accepted by an older snapshot a moment after the removal.
   */
  public void forgetRemoved() {
    Set<QueueingLimiter> unusedNow =
        Stream.concat(listeners.values().stream(), pools.values().stream())
            .filter(limiter -> !inForce.contains(limiter) && !limiter.isInUse())
            .collect(Collectors.toSet());
    listeners.values().removeIf(each -> unusedNow.contains(each) && unused.contains(each));
    pools.values().removeIf(each -> unusedNow.contains(each) && unused.contains(each));
    unused = unusedNow;
  }

  /** {@code listener} gets, on any thread, what sessions wait for until the cluster grants it. */
  public void onNeed(Consumer<Leased> listener) {
    onNeed = listener;
  }

  /** All limits that are the cluster's, or may become so. */
  public List<Leased> leased() {
    return Stream.concat(
            listeners.values().stream().flatMap(ListenerLimiter::leased),
            pools.values().stream().flatMap(PoolLimiter::leased))
        .toList();
  }

  /** Clients that each limit has refused. */
  public Map<LimitRefusal, LongAdder> refusals() {
    Map<LimitRefusal, LongAdder> refusals = new HashMap<>();
    listeners.values().forEach(each -> refusals.putAll(each.refusals().counts()));
    pools.values().forEach(each -> refusals.putAll(each.refusals().counts()));
    return refusals;
  }

  /** The queues that are configured, by {@code listener/NAME} and {@code pool/NAME}. */
  public Map<String, WaitQueue> queues() {
    Map<String, WaitQueue> queues = new HashMap<>();
    listeners.forEach((name, limiter) -> putQueue(queues, "listener/" + name, limiter));
    pools.forEach((name, limiter) -> putQueue(queues, "pool/" + name, limiter));
    return queues;
  }

  private static void putQueue(Map<String, WaitQueue> queues, String key, QueueingLimiter limiter) {
    if (limiter.hasQueue()) {
      queues.put(key, limiter.queue());
    }
  }

  public List<SourceLimit> sources() {
    return listeners.values().stream().map(ListenerLimiter::sources).toList();
  }

  /** Backends may take sessions again that did not, or more: admits those that wait for them. */
  public void backendsChanged() {
    pools.values().forEach(PoolLimiter::backendsChanged);
  }
}
