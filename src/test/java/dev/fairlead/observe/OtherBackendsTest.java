package dev.fairlead.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.MetricsConfig;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.Pools;
import dev.fairlead.testkit.MetricsText;
import dev.fairlead.testkit.PoolConfigs;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that the number of series is bounded and that no counter goes down. Provoked by pools
 * with more backends than have rows of their own, which come and go. A failure would look like a
 * row too many, or a sum without what a removed backend has counted.
 */
class OtherBackendsTest {
  private static final String SESSIONS = "fairlead_backend_sessions_total";
  private static final String FAILURES = "fairlead_backend_failures_total";

  private final Metrics metrics = new Metrics(new MetricsConfig(2, null), () -> "m1");
  private Pools pools = Pools.NONE;

  @AfterEach
  void close() {
    metrics.close();
  }

  private void configure(int... ports) {
    pools = pools.next(List.of(PoolConfigs.pool("web", ports)));
    metrics.apply(List.of(), pools.all());
  }

  private Backend backend(int port) {
    return pools.pool("web").backends().stream()
        .filter(each -> each.id().endsWith(":" + port))
        .findFirst()
        .orElseThrow();
  }

  private void session(int port) {
    backend(port).trySelect();
    backend(port).released();
  }

  private double value(String metric, String backend) {
    return MetricsText.value(
        metrics.scrape(), metric + "{backend=\"" + backend + "\",pool=\"web\"}");
  }

  private List<String> rows() {
    return metrics
        .scrape()
        .lines()
        .filter(line -> line.startsWith(SESSIONS + "{"))
        .map(line -> line.split("\"", -1)[1])
        .sorted()
        .toList();
  }

  @Test
  void soManyHaveRowsOfTheirOwnAndTheOthersOneTogether() {
    configure(1, 2, 3, 4);
    assertThat(rows()).containsExactly("127.0.0.1:1", "127.0.0.1:2", "other");
    session(1);
    session(3);
    session(4);
    backend(4).failed();
    assertThat(value(SESSIONS, "127.0.0.1:1")).isEqualTo(1);
    assertThat(value(SESSIONS, "other")).isEqualTo(2);
    assertThat(value(FAILURES, "other")).isEqualTo(1);
  }

  @Test
  void noRowForOthersWhereThereAreNone() {
    configure(1, 2);
    assertThat(rows()).containsExactly("127.0.0.1:1", "127.0.0.1:2");
  }

  @Test
  void theRowOfOthersIsUnhealthyIfOneOfThemIs() {
    configure(1, 2, 3, 4);
    assertThat(value("fairlead_backend_healthy", "other")).isEqualTo(1);
    backend(4).healthy(false);
    assertThat(value("fairlead_backend_healthy", "other")).isZero();
    backend(3).ejected(true);
    assertThat(value("fairlead_backend_ejected", "other")).isEqualTo(1);
  }

  @Test
  void whatARemovedBackendHasCountedStays() {
    configure(1, 2, 3, 4);
    session(3);
    backend(3).failed();
    session(4);
    configure(1, 2, 4);
    assertThat(value(SESSIONS, "other")).isEqualTo(2);
    assertThat(value(FAILURES, "other")).isEqualTo(1);
    configure(1, 2);
    assertThat(value(SESSIONS, "other")).isEqualTo(2);
    configure(1, 2, 5);
    session(5);
    assertThat(value(SESSIONS, "other")).isEqualTo(3);
  }

  @Test
  void aRemovedBackendStaysInTheRowWhileItHasSessions() {
    configure(1, 2, 3);
    Backend gone = backend(3);
    gone.trySelect();
    configure(1, 2);
    assertThat(value("fairlead_backend_sessions_active", "other")).isEqualTo(1);
    gone.failed();
    gone.released();
    assertThat(value("fairlead_backend_sessions_active", "other")).isZero();
    assertThat(value(FAILURES, "other")).isEqualTo(1);
  }

  @Test
  void aPlaceThatBecomesFreeGoesToANewcomerOnly() {
    configure(1, 2, 3);
    session(3);
    configure(2, 3);
    assertThat(rows()).containsExactly("127.0.0.1:2", "other");
    configure(2, 3, 4);
    assertThat(rows()).containsExactly("127.0.0.1:2", "127.0.0.1:4", "other");
    assertThat(value(SESSIONS, "other")).isEqualTo(1);
  }

  @Test
  void rowsStayBoundedWhileBackendsComeAndGo() {
    for (int round = 0; round < 50; round++) {
      int first = round;
      configure(IntStream.range(1 + first, 8 + first).toArray());
      session(7 + first);
      assertThat(rows()).hasSizeLessThanOrEqualTo(3);
    }
  }

  @Test
  void poolsShowHowManyBackendsAreEligible() {
    configure(1, 2, 3);
    backend(2).healthy(false);
    Pool pool = pools.pool("web");
    pool.refresh();
    assertThat(metrics.scrape())
        .contains(
            "fairlead_pool_backends{pool=\"web\"} 3.0",
            "fairlead_pool_backends_eligible{pool=\"web\"} 2.0");
  }
}
