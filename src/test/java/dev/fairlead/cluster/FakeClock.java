package dev.fairlead.cluster;

import dev.fairlead.net.PauseClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A clock that the test advances. Starts just below an overflow. */
public final class FakeClock implements LongSupplier {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
  private final PauseClock running = new PauseClock(this);

  @Override
  public long getAsLong() {
    return nanos.get();
  }

  /** Of a process that runs while time is passed, and is stopped while it is skipped. */
  public PauseClock running() {
    return running;
  }

  public void pass(Duration time) {
    long left = time.toNanos();
    while (left > PauseClock.PAUSE.toNanos()) {
      skip(PauseClock.PAUSE);
      running.tick();
      left -= PauseClock.PAUSE.toNanos();
    }
    skip(Duration.ofNanos(left));
    running.tick();
  }

  public void skip(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
