package dev.fairlead.testkit;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads of one test for what must go on at the same time; closing interrupts those left. */
public final class Background implements AutoCloseable {
  private final ExecutorService threads = Executors.newCachedThreadPool();

  public <T> Future<T> start(Callable<T> task) {
    return threads.submit(task);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
