package dev.fairlead.session;

import dev.fairlead.net.ConnectFailure;
import org.jspecify.annotations.Nullable;

/** What a session does while it does not relay. On its event loop. */
interface Step {

  /** Called once; may report to the owner at once. */
  void begin();

  /** The session has read more of what it keeps until it relays: {@link Side#early}. */
  default void received() {}

  /** The peer of {@code side} has sent its FIN. */
  default void inputDone(Side side) {}

  /** The TLS handshake of {@code side} is over; {@code failure} null = it is complete. */
  default void secured(Side side, @Nullable Throwable failure) {}

  /**
   * The connection of {@code side} failed.
   *
   * @return whether that is the step's matter; else the session ends
   */
  default boolean lost(Side side, Throwable cause) {
    return false;
  }

  /** When {@link #timedOut} is to be called, by the loop's clock. */
  long deadline();

  void timedOut();

  /**
   * The session is over: gives back what the step has taken and the session does not count yet.
   * Idempotent.
   *
   * @param reset whether a backend that may know of the session already gets a reset
   */
  void cancel(boolean reset);

  /** What a step reports to its session, and asks of it. */
  interface StepOwner extends SideEvents {
    /** Makes sure {@link #timedOut} is called soon after {@code time}. */
    void wakeBy(long time);

    /** The step is over, and the session goes on. */
    void proceed();

    /** The client is not served. */
    void refuse(CloseReason why);

    /** A backend has answered, {@code nanos} after it was asked. */
    void connected(Side backend, long nanos);

    /** No backend takes the session; {@code last} is null if there was none to try. */
    void notConnected(@Nullable ConnectFailure last);

    /** The client gets a FIN and may take until the step's deadline to close. */
    void linger(CloseReason why);

    /** Ends the session for {@code why}. */
    void end(CloseReason why);

    /** Ends the session for the reason it has. */
    void end();

    /** Ends the session for a bug. */
    void crashed(Throwable bug);
  }
}
