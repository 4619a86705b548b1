package dev.fairlead.member;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.fairlead.admission.LimitRefusals.LimitRefusal;
import dev.fairlead.config.BindAddress;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.event.MetricsReport.Sessions;
import dev.fairlead.session.CloseReason;
import dev.fairlead.session.CountersFixture;
import dev.fairlead.session.ListenerCounters;
import dev.fairlead.testkit.Logs;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Ensures that counters of removed listeners neither stay for the life of the process nor vanish
 * too early. Provoked by configurations that drop a listener with and without live sessions. A
 * failure would look like memory that grows with every new name, or a total that falls.
 */
class ListenerStatsTest {
  private final ListenerStats stats = new ListenerStats();

  private static List<ListenerConfig> listeners(String... names) {
    return Stream.of(names)
        .map(name -> new ListenerConfig(name, BindAddress.ip("127.0.0.1", 0), 100, "pool"))
        .toList();
  }

  private void tick(int times) {
    for (int i = 0; i < times; i++) {
      stats.tick(Map.of());
    }
  }

  @Test
  void listenerInForceKeepsItsCounters() {
    stats.inForce(listeners("web"), Set.of("pool"));
    ListenerCounters web = stats.of("web");
    tick(3);
    assertThat(stats.of("web")).isSameAs(web);
  }

  @Test
  void removedListenerIsForgottenWhenItsLastSessionHasEnded() {
    stats.inForce(listeners("web"), Set.of("pool"));
    ListenerCounters web = stats.of("web");
    CountersFixture sessions = new CountersFixture(web).opened("api");
    stats.inForce(listeners(), Set.of("pool"));
    tick(3);
    assertThat(stats.of("web")).isSameAs(web);
    sessions.closed();
    tick(2);
    assertThat(stats.of("web")).isNotSameAs(web);
  }

  @Test
  void totalsOfForgottenListenersStay() {
    stats.inForce(listeners("web"), Set.of("pool"));
    new CountersFixture(stats.of("web")).opened("api").relayed(10, 20).closed();
    stats.inForce(listeners("api"), Set.of("pool"));
    new CountersFixture(stats.of("api")).opened("api").relayed(1, 2);
    tick(2);
    assertThat(stats.total()).isEqualTo(new Sessions(1, 2, 11, 22));
  }

  @Test
  void listenerThatComesBackInTimeKeepsItsCounters() {
    stats.inForce(listeners("web"), Set.of("pool"));
    ListenerCounters web = stats.of("web");
    stats.inForce(listeners(), Set.of("pool"));
    tick(1);
    stats.inForce(listeners("web"), Set.of("pool"));
    tick(3);
    assertThat(stats.of("web")).isSameAs(web);
  }

  @Test
  void theNameOfARemovedPoolIsForgotten() {
    stats.inForce(listeners("web"), Set.of("old"));
    stats.of("web").sessionsTo("old").increment();
    stats.inForce(listeners("web"), Set.of("new"));
    stats.of("web").sessionsTo("new").increment();
    assertThat(stats.of("web").pools()).containsExactly("new");
  }

  @Test
  void failedHandshakesAreAmongTheRefusedClientsWithoutAWarning() {
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    Logger logger = (Logger) LoggerFactory.getLogger(ListenerStats.class);
    logger.addAppender(lines);
    logger.setLevel(Level.INFO);
    try {
      new CountersFixture(stats.of("web")).handshakeFailed().handshakeFailed();
      tick(2);
    } finally {
      logger.setLevel(null);
      logger.detachAppender(lines);
    }
    assertThat(lines.list)
        .extracting(line -> line.getLevel() + " " + line.getFormattedMessage())
        .containsExactly("INFO 2 clients refused in the last 10 s: tls-handshake (web: 2)");
  }

  /** As of a pool that was removed, forgotten and added again. */
  @Test
  @Logs({
    "2 clients refused in the last 10 s: limit-connections (web: 2); by limit"
        + " pool/web/connections: 2",
    "1 client refused in the last 10 s: limit-connections (web: 1); by limit"
        + " pool/web/connections: 1"
  })
  void countsOfALimitThatIsNewAgainBeginAnew() {
    CloseReason reason = CloseReason.LIMIT_CONNECTIONS;
    LimitRefusal by = new LimitRefusal("pool/web/connections", reason.label());
    CountersFixture web = new CountersFixture(stats.of("web"));
    web.refused(reason);
    web.refused(reason);
    LongAdder two = new LongAdder();
    two.add(2);
    stats.tick(Map.of(by, two));
    web.refused(reason);
    LongAdder one = new LongAdder();
    one.increment();
    stats.tick(Map.of(by, one));
  }

  @Test
  @Logs("WARN ListenerStats - 1 client refused in the last 10 s: queue-full (web: 1)")
  void clientsRefusedForALimitAreAWarning() {
    new CountersFixture(stats.of("web")).refused(CloseReason.QUEUE_FULL);
    tick(2);
  }
}
