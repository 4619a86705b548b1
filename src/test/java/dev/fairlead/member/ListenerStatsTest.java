package dev.fairlead.member;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.event.MetricsReport.Sessions;
import dev.fairlead.session.CountersFixture;
import dev.fairlead.session.ListenerCounters;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Ensures that counters of removed listeners neither stay for the life of the process nor vanish
 * too early. Provoked by configurations that drop a listener with and without live sessions. A
 * failure would look like memory that grows with every new name, or a total that falls.
 */
class ListenerStatsTest {
  private final ListenerStats stats = new ListenerStats();

  private void tick(int times) {
    for (int i = 0; i < times; i++) {
      stats.tick();
    }
  }

  @Test
  void listenerInForceKeepsItsCounters() {
    stats.inForce(List.of("web"), Set.of("pool"));
    ListenerCounters web = stats.of("web");
    tick(3);
    assertThat(stats.of("web")).isSameAs(web);
  }

  @Test
  void removedListenerIsForgottenWhenItsLastSessionHasEnded() {
    stats.inForce(List.of("web"), Set.of("pool"));
    ListenerCounters web = stats.of("web");
    CountersFixture sessions = new CountersFixture(web).opened("api");
    stats.inForce(List.of(), Set.of("pool"));
    tick(3);
    assertThat(stats.of("web")).isSameAs(web);
    sessions.closed();
    tick(2);
    assertThat(stats.of("web")).isNotSameAs(web);
  }

  @Test
  void totalsOfForgottenListenersStay() {
    stats.inForce(List.of("web"), Set.of("pool"));
    new CountersFixture(stats.of("web")).opened("api").relayed(10, 20).closed();
    stats.inForce(List.of("api"), Set.of("pool"));
    new CountersFixture(stats.of("api")).opened("api").relayed(1, 2);
    tick(2);
    assertThat(stats.total()).isEqualTo(new Sessions(1, 2, 11, 22));
  }

  @Test
  void listenerThatComesBackInTimeKeepsItsCounters() {
    stats.inForce(List.of("web"), Set.of("pool"));
    ListenerCounters web = stats.of("web");
    stats.inForce(List.of(), Set.of("pool"));
    tick(1);
    stats.inForce(List.of("web"), Set.of("pool"));
    tick(3);
    assertThat(stats.of("web")).isSameAs(web);
  }

  @Test
  void theNameOfARemovedPoolIsForgotten() {
    stats.inForce(List.of("web"), Set.of("old"));
    stats.of("web").sessionsTo("old").increment();
    stats.inForce(List.of("web"), Set.of("new"));
    stats.of("web").sessionsTo("new").increment();
    assertThat(stats.of("web").pools()).containsExactly("new");
  }
}
