package dev.fairlead.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.pool.Backend;
import dev.fairlead.testkit.PoolSettings;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Ensured: one session at a time tries an ejected backend, and only what that one finds counts.
 *
 * <p>Provoked: trials that fail, pass or prove nothing, and sessions that outlive theirs.
 *
 * <p>A failure looks like: all new sessions at a broken backend, or one that returns without having
 * worked.
 */
class SessionTrialTest {
  private LoopFixture fixture;
  private Backend ejected;
  private Backend backup;

  @BeforeEach
  void ejectThePrimary() throws Exception {
    fixture = new LoopFixture(TransportKind.NIO);
    fixture.configure(new PoolSettings().backend(9001).backup(9002).config());
    ejected = fixture.backend(0);
    backup = fixture.backend(1);
    eject();
    openTrial();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void trialThatFailedIsTheOnlySessionThere() {
    SessionAccount first = select(ejected);
    assertThat(first.judgeBackend(CloseReason.BACKEND_RESET)).isTrue();
    first.close();
    select(backup);
    select(backup);
    openTrial();
    select(ejected);
    select(backup);
  }

  @Test
  void trialUnderWayIsTheOnlySessionThere() {
    select(ejected);
    select(backup);
  }

  @Test
  void nextSessionTriesAfterATrialWithoutEvidence() {
    SessionAccount first = select(ejected);
    first.judgeBackend(CloseReason.DRAIN);
    first.close();
    select(ejected);
    select(backup);
  }

  @Test
  void sessionThatPassedItsTrialDoesNotPassALaterOne() {
    SessionAccount first = passed();
    SessionAccount second = select(ejected);
    first.judgeBackend(CloseReason.CLIENT_CLOSED);
    first.close();
    assertThat(ejected.hasPassedTrial()).isFalse();
    second.read(false, 1);
    assertThat(ejected.hasPassedTrial()).isTrue();
  }

  @Test
  void sessionThatPassedItsTrialDoesNotReopenALaterOne() {
    SessionAccount first = passed();
    select(ejected);
    first.judgeBackend(CloseReason.CLIENT_RESET);
    first.close();
    select(backup);
  }

  @Test
  void trialDoesNotOutliveItsEjection() {
    SessionAccount first = select(ejected);
    eject();
    openTrial();
    select(ejected);
    first.read(false, 1);
    assertThat(ejected.hasPassedTrial()).isFalse();
    first.close();
    select(backup);
  }

  @Test
  void failureOfAnotherSessionDoesNotEndTheTrial() {
    SessionAccount earlier = account();
    earlier.selected(backup);
    ejected.ejected(false);
    SessionAccount old = account();
    old.selected(ejected);
    eject();
    openTrial();
    SessionAccount trial = select(ejected);
    old.judgeBackend(CloseReason.BACKEND_RESET);
    trial.read(false, 1);
    assertThat(ejected.hasPassedTrial()).isTrue();
  }

  /** A session whose trial ended an ejection; the backend is ejected and open again. */
  private SessionAccount passed() {
    SessionAccount first = select(ejected);
    first.read(false, 1);
    assertThat(ejected.hasPassedTrial()).isTrue();
    eject();
    openTrial();
    return first;
  }

  /** Ends the last ejection as well. */
  private void eject() {
    ejected.ejected(false);
    ejected.ejected(true);
  }

  private void openTrial() {
    ejected.openTrial();
    fixture.pools.pool("web").refresh();
  }

  private SessionAccount select(Backend expected) {
    SessionAccount account = account();
    assertThat(account.trySelect(List.of())).isTrue();
    assertThat(account.selected()).isSameAs(expected);
    return account;
  }

  private SessionAccount account() {
    SessionAccount account = new SessionAccount(fixture.rules, null);
    account.route(fixture.rules.routes().byDefault());
    return account;
  }
}
