package dev.fairlead.pool.sticky;

import dev.fairlead.admission.SourceKey;
import java.net.InetAddress;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** The backend of one source, and when the source was last seen. Any thread, without a lock. */
public final class KeptSource {
  private final SourceKey key;
  private final AtomicReference<Selection> selection;

  /** When its last session began, as far as known, on the clock of the table. */
  private volatile long usedAt;

  /** The {@link #usedAt} that the peers know of. */
  private volatile long sharedAt;

  /** True while it is in the queue of what the peers are to be told. */
  private final AtomicBoolean queued = new AtomicBoolean();

  /**
   * A choice; of two different ones every member keeps the same. The later one wins, else a backend
   * that failed would come back with the next message of a member that does not know yet; of two of
   * one moment that of the lesser id wins.
   *
   * @param stamp milliseconds of the wall clock, but later than that of the choice it replaces
   *     (Lamport, "Time, Clocks, and the Ordering of Events in a Distributed System", 1978)
   */
  record Selection(String backend, long stamp) {
    boolean winsOver(Selection other) {
      return stamp != other.stamp ? stamp > other.stamp : backend.compareTo(other.backend) < 0;
    }
  }

  KeptSource(SourceKey key, Selection selection, long usedAt) {
    this.key = key;
    this.selection = new AtomicReference<>(selection);
    this.usedAt = usedAt;
    this.sharedAt = usedAt;
  }

  SourceKey key() {
    return key;
  }

  InetAddress address() {
    return key.address();
  }

  /** The id of the backend that its next session gets, if that is still possible. */
  public String backend() {
    return selection().backend;
  }

  Selection selection() {
    return Objects.requireNonNull(selection.get());
  }

  /** Takes the place of the selection unless that is another one by now. */
  boolean replace(Selection before, Selection next) {
    return selection.compareAndSet(before, next);
  }

  long usedAt() {
    return usedAt;
  }

  /** Two loops at once may set it back by the time between them: that does not matter. */
  void used(long now) {
    if (now - usedAt > 0) {
      usedAt = now;
    }
  }

  boolean isSharedSince(long then) {
    return sharedAt - then >= 0;
  }

  /** The peers know, or are about to be told, that it was used then. */
  void shared(long then) {
    if (then - sharedAt > 0) {
      sharedAt = then;
    }
  }

  /** True = the caller has to put it in the queue. */
  boolean enqueue() {
    return !queued.get() && queued.compareAndSet(false, true);
  }

  void dequeued() {
    queued.set(false);
  }
}
