package dev.fairlead.behaviour;

import java.util.concurrent.Callable;
import java.util.function.LongSupplier;

/** A condition for Awaitility's {@code during}: true when a figure is what it was last time. */
final class Unchanged implements Callable<Boolean> {
  private final LongSupplier figure;
  private long last = -1;

  Unchanged(LongSupplier figure) {
    this.figure = figure;
  }

  @Override
  public Boolean call() {
    long now = figure.getAsLong();
    boolean same = now == last && now > 0;
    last = now;
    return same;
  }
}
