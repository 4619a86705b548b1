package dev.fairlead.pool;

import java.util.concurrent.atomic.AtomicReference;

/**
 * A chance for an ejected backend: one session that may select it. A later chance is another
 * object, so that a session can never decide one that it does not have. Thread-safe.
 */
public final class Trial {
  private final AtomicReference<TrialState> state = new AtomicReference<>(TrialState.OPEN);

  /**
   *
   *
   * <pre>
   * OPEN -> UNDER_WAY    the next session that selects the backend takes it
   * UNDER_WAY -> PASSED  the session got a byte, or ended as it should
   * UNDER_WAY -> FAILED  it could not connect, or was reset before the first byte
   * UNDER_WAY -> OPEN    it ended without evidence for the backend or against it
   * </pre>
   */
  enum TrialState {
    OPEN,
    UNDER_WAY,
    PASSED,
    FAILED
  }

  Trial() {}

  boolean is(TrialState now) {
    return state.get() == now;
  }

  /** True = the caller has it, and must call {@link #ended}. */
  boolean take() {
    return state.compareAndSet(TrialState.OPEN, TrialState.UNDER_WAY);
  }

  /** The session {@link Backend#worked}. */
  public void passed() {
    state.compareAndSet(TrialState.UNDER_WAY, TrialState.PASSED);
  }

  /** The session {@link Backend#failed}. */
  public void failed() {
    state.compareAndSet(TrialState.UNDER_WAY, TrialState.FAILED);
  }

  /** The session is over; unless it has passed or failed, another may try. */
  public void ended() {
    state.compareAndSet(TrialState.UNDER_WAY, TrialState.OPEN);
  }
}
