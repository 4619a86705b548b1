package dev.fairlead.process;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What a load balancer knows of its members: each is asked for {@code /readyz} at a fixed interval,
 * also while it does not run, and gets clients when its last answer was 200. Any thread.
 */
final class ReadyPolls implements AutoCloseable {
  /** A higher value makes a longer {@code node.shutdown.delay} necessary. */
  static final Duration INTERVAL = Duration.ofMillis(150);

  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Consumer<Collection<Integer>> onChange;
  private final Set<Integer> ready = new TreeSet<>();
  private final ScheduledExecutorService threads;

  /**
   * @param members the port for clients by that of the admin listener
   * @param onChange gets the ports for clients of the ready ones, at each change, one call at a
   *     time
   */
  ReadyPolls(Map<Integer, Integer> members, Consumer<Collection<Integer>> onChange) {
    this.onChange = onChange;
    this.threads = Executors.newScheduledThreadPool(members.size());
    members.forEach(
        (admin, port) ->
            threads.scheduleAtFixedRate(
                () -> changed(port, isReady(admin)),
                0,
                INTERVAL.toMillis(),
                TimeUnit.MILLISECONDS));
  }

  synchronized boolean isIn(int port) {
    return ready.contains(port);
  }

  private synchronized void changed(int port, boolean isReady) {
    if (isReady ? ready.add(port) : ready.remove(port)) {
      onChange.accept(Set.copyOf(ready));
    }
  }

  private boolean isReady(int admin) {
    URI uri = URI.create("http://127.0.0.1:" + admin + "/readyz");
    try {
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(TIMEOUT).build();
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
