package dev.fairlead.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.PoolConfig.Balance;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Ensures that a backend knows its record: the most sessions at one time, and how long it was down.
 * Provoked by sessions that come and go, and by verdicts. A failure would look like a maximum that
 * falls, or like a backend that counts as down for ever.
 */
class BackendTest {
  private final Backend backend = PoolFixture.pool(Balance.ROUND_ROBIN, 1).backends().get(0);

  @Test
  void theMostSessionsAtOneTimeAreKept() {
    backend.trySelect();
    backend.trySelect();
    backend.released();
    backend.released();
    backend.trySelect();
    assertThat(backend.mostActive()).isEqualTo(2);
    assertThat(backend.active()).isEqualTo(1);
  }

  @Test
  void timeDownIsCountedUntilItIsBackUp() {
    assertThat(backend.downTotal()).isZero();
    backend.healthy(false);
    backend.agent(AgentState.NONE.told("down"));
    backend.healthy(true);
    assertThat(backend.downFor()).isPositive();
    backend.agent(AgentState.NONE);
    Duration total = backend.downTotal();
    assertThat(backend.downFor()).isZero();
    assertThat(total).isPositive();
    assertThat(backend.downTotal()).isEqualTo(total);
  }
}
