package dev.fairlead.session.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.admission.ListenerLimiter;
import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.BindAddress;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.Balance;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pools;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Ensures that the limiters of removed listeners and pools are kept for as long as their sessions
 * use them. Provoked by configurations that name others. A failure looks like a count that is lost,
 * or a name that is never forgotten.
 */
class LimitersTest {
  private final Limiters limiters = new Limiters();
  private Pools pools = Pools.NONE;

  /** One listener and one pool of each name. */
  private void configure(String... names) {
    List<ListenerConfig> listeners =
        Stream.of(names)
            .map(name -> new ListenerConfig(name, BindAddress.ip("127.0.0.1", 0), 100, name))
            .toList();
    pools =
        pools.next(
            Stream.of(names)
                .map(
                    name ->
                        PoolConfig.byDefault(
                            name,
                            Balance.DEFAULT,
                            List.of(new BackendConfig("10.0.0.1", 80, null, 1, State.ENABLED))))
                .toList());
    limiters.configure(listeners, pools);
  }

  private List<String> names() {
    return limiters.leased().stream().map(each -> each.key().split("/", 3)[1]).distinct().toList();
  }

  private void forget() {
    limiters.forgetRemoved();
    limiters.forgetRemoved();
  }

  @Test
  void removedNamesAreForgotten() {
    configure("a", "b");
    configure("b");
    limiters.forgetRemoved();
    assertThat(names()).as("a late client may still come").contains("a");
    limiters.forgetRemoved();
    assertThat(names()).containsExactly("b");
    forget();
    assertThat(names()).containsExactly("b");
  }

  @Test
  void aListenerWithSessionsKeepsItsCounts() {
    configure("a");
    ListenerLimiter limiter = limiters.listener("a");
    assertThat(limiter.connections().tryTake()).isTrue();
    configure();
    forget();
    configure("a");
    assertThat(limiters.listener("a")).isSameAs(limiter);
    limiter.connections().giveBack();
    configure();
    forget();
    assertThat(names()).isEmpty();
  }

  @Test
  void aPoolWithSessionsKeepsItsCounts() {
    configure("a");
    PoolLimiter limiter = limiters.pool("a");
    Backend backend = limiter.trySelect(null, List.of(), false);
    assertThat(backend).isNotNull();
    configure();
    forget();
    assertThat(limiters.pool("a")).isSameAs(limiter);
    limiter.released(backend);
    limiter.left();
    forget();
    assertThat(names()).isEmpty();
  }

  @Test
  void aNameThatReturnsInTimeIsKept() {
    configure("a");
    ListenerLimiter limiter = limiters.listener("a");
    configure();
    limiters.forgetRemoved();
    configure("a");
    forget();
    configure("a");
    assertThat(limiters.listener("a")).isSameAs(limiter);
  }
}
