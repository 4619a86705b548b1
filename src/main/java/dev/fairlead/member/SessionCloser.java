package dev.fairlead.member;

import static java.util.stream.Collectors.toSet;

import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.PoolConfig.OnBackendDown;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.session.CloseReason;
import dev.fairlead.session.GradualClose.Whose;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Ends the sessions of backends that are down or removed, in pools with {@code onBackendDown:
 * close}: from {@code closeAfter} on, over {@code closeSpread}. Lets those stay that have not been
 * ended yet when the reason is gone. Any thread, but the calls must come in the order of what they
 * report.
 */
record SessionCloser(EventLoops loops) {
  void down(Pool pool, Backend backend) {
    if (closes(pool)) {
      loops.endSessionsOf(Whose.of(backend), pool.config().closing(), CloseReason.BACKEND_DOWN);
    }
  }

  void up(Backend backend) {
    String id = backend.toString();
    keep((planned, why) -> why == CloseReason.BACKEND_DOWN && planned.toString().equals(id));
  }

  /** Other pools are in force; {@code there}: their backends, by {@link Backend#toString}. */
  void switched(List<Pool> before, List<Pool> now, Set<String> there) {
    Set<String> keeping =
        now.stream().filter(pool -> !closes(pool)).map(Pool::name).collect(toSet());
    Set<String> enabled =
        now.stream()
            .flatMap(pool -> pool.backends().stream())
            .filter(backend -> backend.config().state() == State.ENABLED)
            .map(Backend::toString)
            .collect(toSet());
    keep(
        (planned, why) ->
            switch (why) {
              case ADMIN -> enabled.contains(planned.toString());
              case BACKEND_REMOVED ->
                  keeping.contains(planned.pool()) || there.contains(planned.toString());
              default -> keeping.contains(planned.pool());
            });
    Map<String, Pool> next =
        now.stream().collect(Collectors.toMap(Pool::name, Function.identity()));
    for (Pool pool : before) {
      Pool closing = next.getOrDefault(pool.name(), pool);
      if (closes(closing)) {
        pool.backends().stream()
            .filter(backend -> !there.contains(backend.toString()))
            .forEach(
                gone ->
                    loops.endSessionsOf(
                        Whose.of(gone), closing.config().closing(), CloseReason.BACKEND_REMOVED));
      }
    }
  }

  private void keep(BiPredicate<Backend, CloseReason> planned) {
    loops.keepSessionsOf(
        (whose, why) -> whose.backend() != null && planned.test(whose.backend(), why));
  }

  /** Other listeners are in force: the sessions of those that take new ones stay. */
  void listeners(List<ListenerConfig> inForce) {
    Set<String> open =
        inForce.stream().filter(ListenerConfig::isOpen).map(ListenerConfig::name).collect(toSet());
    loops.keepSessionsOf(
        (whose, why) -> whose.listener() != null && open.contains(whose.listener()));
  }

  private static boolean closes(Pool pool) {
    return pool.config().onBackendDown() == OnBackendDown.CLOSE;
  }
}
