package dev.fairlead.net;

import io.netty.channel.IoHandlerContext;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an event loop does next after it has asked the kernel for events: so a channel that could go
 * on takes turns with all others. Tasks of the loop would not do: Netty runs those that tasks add
 * before it asks the kernel again, for up to a second. On the event loop.
 */
final class NextRound {
  private static final Logger LOG = LoggerFactory.getLogger(NextRound.class);

  private final NotBlocking notBlocking = new NotBlocking();
  private ArrayDeque<Runnable> next = new ArrayDeque<>();
  private ArrayDeque<Runnable> current = new ArrayDeque<>();
  private int lastSize;
  private long number;

  void add(Runnable action) {
    next.add(action);
  }

  /** How many events and actions the last round had: how long others wait for their turn. */
  int lastSize() {
    return lastSize;
  }

  /** Of the round, which begins before the kernel is asked. */
  long number() {
    return number;
  }

  /** A context for asking the kernel, which does not wait when there is something to do. */
  IoHandlerContext begin(IoHandlerContext context) {
    number++;
    ArrayDeque<Runnable> due = next;
    next = current;
    current = due;
    if (due.isEmpty()) {
      return context;
    }
    notBlocking.delegate = context;
    return notBlocking;
  }

  /**
   * Does what was added before {@link #begin}, after so many {@code events} of the same round;
   * returns how much both were.
   */
  int run(int events) {
    lastSize = events + current.size();
    for (Runnable action = current.poll(); action != null; action = current.poll()) {
      try {
        action.run();
      } catch (RuntimeException | Error bug) {
        LOG.error("a channel failed", bug);
      }
    }
    return lastSize;
  }

  private static final class NotBlocking implements IoHandlerContext {
    private @Nullable IoHandlerContext delegate;

    @Override
    public boolean canBlock() {
      return false;
    }

    @Override
    public long delayNanos(long now) {
      return delegate().delayNanos(now);
    }

    @Override
    public long deadlineNanos() {
      return delegate().deadlineNanos();
    }

    @Override
    public boolean shouldReportActiveIoTime() {
      return delegate().shouldReportActiveIoTime();
    }

    @Override
    public void reportActiveIoTime(long nanos) {
      delegate().reportActiveIoTime(nanos);
    }

    private IoHandlerContext delegate() {
      return Objects.requireNonNull(delegate);
    }
  }
}
