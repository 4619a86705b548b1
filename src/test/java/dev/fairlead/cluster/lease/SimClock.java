package dev.fairlead.cluster.lease;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

/** Virtual time: events run one after the other, in the order of their times. */
final class SimClock {
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::time).thenComparingLong(Event::number));

  private final Runnable afterEach;

  /** Since the start. */
  private long now;

  private long number;

  private record Event(long time, long number, Runnable what) {}

  SimClock(Runnable afterEach) {
    this.afterEach = afterEach;
  }

  long nanos() {
    return now;
  }

  void in(long micros, Runnable what) {
    events.add(new Event(now + TimeUnit.MICROSECONDS.toNanos(micros), number++, what));
  }

  void run(long micros) {
    long end = now + TimeUnit.MICROSECONDS.toNanos(micros);
    while (!events.isEmpty() && events.peek().time() <= end) {
      Event next = events.poll();
      now = next.time();
      next.what().run();
      afterEach.run();
    }
    now = end;
  }
}
