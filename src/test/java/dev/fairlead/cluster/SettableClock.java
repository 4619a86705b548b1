package dev.fairlead.cluster;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Stands still until the test sets it. */
public final class SettableClock implements InstantSource {
  public static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  private volatile Instant now = NOON;

  @Override
  public Instant instant() {
    return now;
  }

  public void advance(Duration time) {
    now = now.plus(time);
  }
}
