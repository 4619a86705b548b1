package dev.fairlead.cluster.node;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.spi.impl.NodeEngineImpl;
import com.hazelcast.spi.impl.executionservice.impl.ExecutionServiceImpl;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops timers of Hazelcast that no setting stops and that nothing here uses. They are most of what
 * a member without clients would wake up for.
 *
 * <ul>
 *   <li>{@code CompletableFutureTask} (every 100 ms, on three threads) completes futures of map
 *       loaders, jobs, and commands of the Management Center.
 *   <li>{@code PublishAllTask} (every second) wakes all threads that read and write connections, to
 *       collect metrics, which nobody reads; {@code GcStats} are such metrics too.
 * </ul>
 *
 * <p>The executors stay: a merge of a split cluster gives them new tasks.
 */
final class UnusedTimers {
  private static final Logger LOG = LoggerFactory.getLogger(UnusedTimers.class);

  /** In the descriptions of tasks that are due. */
  private static final List<String> TASKS =
      List.of("=CompletableFutureTask{", "$PublishAllTask@", "GarbageCollectionMetricSet$GcStats@");

  private UnusedTimers() {}

  /** A Hazelcast in which they are not found stays as it is. */
  static void stop(HazelcastInstance hazelcast) {
    for (ScheduledThreadPoolExecutor executor : executors(hazelcast).toList()) {
      stop(executor);
      // A task that was running is back in the queue.
      stop(executor);
    }
  }

  /** Those that run the timers of {@code hazelcast}. */
  static Stream<ScheduledThreadPoolExecutor> executors(HazelcastInstance hazelcast) {
    if (!(hazelcast instanceof HazelcastInstanceProxy proxy)) {
      return Stream.empty();
    }
    NodeEngineImpl engine = proxy.getOriginal().node.getNodeEngine();
    return Stream.concat(
        Stream.of(engine.getExecutionService())
            .filter(ExecutionServiceImpl.class::isInstance)
            .map(service -> ((ExecutionServiceImpl) service).getScheduledExecutorService()),
        ofMetrics(engine.getMetricsRegistry()).stream());
  }

  /** Nothing but its shutdown is public, and a merge fails after that. */
  private static Optional<ScheduledThreadPoolExecutor> ofMetrics(Object registry) {
    try {
      Field scheduler = registry.getClass().getDeclaredField("scheduler");
      scheduler.setAccessible(true);
      return Optional.of((ScheduledThreadPoolExecutor) scheduler.get(registry));
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.debug("the timers of Hazelcast's metrics stay", e);
      return Optional.empty();
    }
  }

  private static void stop(ScheduledThreadPoolExecutor executor) {
    for (Runnable task : List.copyOf(executor.getQueue())) {
      if (task instanceof Future<?> due && TASKS.stream().anyMatch(task.toString()::contains)) {
        due.cancel(false);
        executor.remove(task);
      }
    }
  }
}
