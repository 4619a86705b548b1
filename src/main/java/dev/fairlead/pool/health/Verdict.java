package dev.fairlead.pool.health;

/** What the probes of one prober say of a backend. */
public enum Verdict {
  /** No probe has said anything yet. */
  UNKNOWN,
  UP,
  DOWN
}
