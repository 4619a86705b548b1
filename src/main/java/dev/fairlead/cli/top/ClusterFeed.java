package dev.fairlead.cli.top;

import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.client.RefusedException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Follows the state of the cluster on a daemon thread of its own, by {@code /api/v1/live}, or asks
 * every second where the member has none. When the member fails it tries again every second.
 */
public final class ClusterFeed {
  private static final String LIVE = "/api/v1/live";
  private static final String EVENT = "event:";
  private static final String DATA = "data:";
  private static final int NOT_FOUND = 404;

  /** The stream begins at once; longer only with a member that does not work. */
  private static final int FIRST_SECONDS = 10;

  private final AdminClient client;
  private final PolledState polled = new PolledState();

  /** Counted down to end the thread. */
  private final CountDownLatch ended = new CountDownLatch(1);

  /** Counted down at the first answer of the kind that is followed from then on. */
  private final CountDownLatch first = new CountDownLatch(1);

  private volatile ClusterView view = ClusterView.NONE;

  /** Why nothing new comes; empty = it does. */
  private volatile String trouble = "";

  public ClusterFeed(AdminClient client) {
    this.client = client;
  }

  /** Asks once and begins to follow; refuses if the member does not answer. */
  public void start() throws RefusedException {
    view = polled.ask(client);
    Thread thread = new Thread(this::run, "top-feed");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * What is shown now, with the rates of the cluster where the member has them; waits a little for
   * the first of these.
   *
   * @throws RefusedException if nothing new comes
   */
  public ClusterView current() throws RefusedException, InterruptedException {
    if (!first.await(FIRST_SECONDS, TimeUnit.SECONDS) || !trouble.isEmpty()) {
      throw new RefusedException(trouble.isEmpty() ? LIVE + ": no answer" : trouble);
    }
    return view;
  }

  /** Ends the thread. */
  public void end() {
    ended.countDown();
  }

  ClusterView view() {
    return view;
  }

  String trouble() {
    return trouble;
  }

  /** Sets the state of a backend for the whole cluster; returns what was done. Blocks. */
  String set(String pool, String backend, String state) throws RefusedException {
    String path =
        "/api/v1/pools/" + AdminClient.encoded(pool) + "/backends/" + AdminClient.encoded(backend);
    JsonObject answer = client.send("PATCH", path, new JsonObject().put("state", state));
    return "revision " + answer.getLong("revision") + ": " + pool + "/" + backend + " " + state;
  }

  private void run() {
    boolean hasStream = true;
    try {
      do {
        hasStream = update(hasStream);
      } while (!ended.await(1, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Follows the stream until it ends, or asks once; returns whether the member has a stream. */
  private boolean update(boolean hasStream) {
    try {
      if (hasStream) {
        follow();
      } else {
        show(polled.ask(client));
      }
      return hasStream;
    } catch (RefusedException e) {
      if (e.status() == NOT_FOUND) {
        trouble = "";
        return false;
      }
      trouble = e.lines().get(0);
      first.countDown();
      return hasStream;
    }
  }

  private void show(ClusterView next) {
    view = next;
    trouble = "";
    first.countDown();
  }

  private void follow() throws RefusedException {
    LiveState state = new LiveState();
    StringBuilder type = new StringBuilder();
    client.follow(
        LIVE,
        line -> {
          if (line.startsWith(EVENT)) {
            type.setLength(0);
            type.append(line.substring(EVENT.length()).strip());
          } else if (line.startsWith(DATA)) {
            take(state, type.toString(), line.substring(DATA.length()));
          }
          return ended.getCount() > 0;
        });
  }

  private void take(LiveState state, String type, String data) {
    try {
      switch (type) {
        case "cluster" -> state.cluster(new JsonObject(data));
        case "sample" -> state.sample(new JsonObject(data));
        default -> {
          return;
        }
      }
      show(state.view());
    } catch (DecodeException | ClassCastException e) {
      trouble = LIVE + ": an event is not as expected";
    }
  }
}
