package dev.fairlead.cluster.rows;

import java.util.concurrent.atomic.LongAdder;

/** What the shared rows of this member have cost on the event bus so far. Any thread. */
public final class RowTraffic {
  private final LongAdder messages = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  /** A message of {@code bytesEach} went to {@code copies} other nodes. */
  public void published(int copies, int bytesEach) {
    messages.add(copies);
    bytes.add((long) copies * bytesEach);
  }

  /** One for each other node that a message went to. */
  public long messages() {
    return messages.sum();
  }

  /** Of the messages' bodies, without what the bus puts around them. */
  public long bytes() {
    return bytes.sum();
  }
}
