package dev.fairlead.session;

/** What a session does while it does not relay. On its event loop. */
interface Step {

  /** When {@link #timedOut} is to be called, as {@link System#nanoTime}; NEVER = not at all. */
  long deadline();

  /** It has taken too long. */
  void timedOut();

  /**
   * The session is over: gives back what is held and not counted with the session yet. Idempotent.
   *
   * @param reset whether a backend that may know of the session already is to be told by a reset
   */
  void cancel(boolean reset);
}
