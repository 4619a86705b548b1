package dev.fairlead.listener;

import dev.fairlead.config.BindAddress;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.net.AcceptPauses;
import dev.fairlead.net.Transport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening sockets of the process, over all its event loops. A change is prepared as a whole,
 * then committed or abandoned; a socket whose address does not change is not touched. Prepared
 * addresses stay taken until one of the two. A listener that is draining has no socket. One {@link
 * #prepare} or {@link PreparedListeners#commit} at a time; {@link PreparedListeners#abandon} and
 * {@link #close} at any time, from any thread.
 */
public final class Listeners {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  private final ListeningSocket.DataPath dataPath;

  private final SocketBudget budget;

  /** By {@link Snapshot#key}; replaced as a whole with every change. */
  private volatile Map<String, Open> open = Map.of();

  /** Taken by changes that are neither committed nor abandoned. */
  private final Set<ListeningSocket> prepared = ConcurrentHashMap.newKeySet();

  /** Set by {@link #close}: a change under way must not open anything afterwards. */
  private boolean closed;

  private record Open(ListenerConfig config, ListeningSocket socket) {}

  private record Added(WantedAddress wanted, ListeningSocket socket) {}

  /** Another change was committed since this one was prepared; it can be prepared again. */
  public static final class StaleChangeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private StaleChangeException() {
      super("the configuration in force has changed meanwhile");
    }
  }

  /** The parameters are those of {@link ListeningSocket.DataPath}. */
  public Listeners(
      Vertx vertx,
      Transport transport,
      List<ListenerVerticle> verticles,
      Supplier<Snapshot> snapshot) {
    this(vertx, transport, verticles, snapshot, Long.MAX_VALUE);
  }

  /**
   * The same with a bound for ranges of ports.
   *
   * @param mostSockets descriptors that the listening sockets of a configuration with a range may
   *     take
   */
  public Listeners(
      Vertx vertx,
      Transport transport,
      List<ListenerVerticle> verticles,
      Supplier<Snapshot> snapshot,
      long mostSockets) {
    this.dataPath = new ListeningSocket.DataPath(vertx, transport, verticles, snapshot);
    this.budget = SocketBudget.of(dataPath, mostSockets);
  }

  /**
   * Takes the addresses of {@code wanted} that this process does not have yet: bound but not
   * listening, so that no other process gets them and clients are refused there. The path of a Unix
   * socket is claimed among members only.
   *
   * @return fails with {@link ListenException} if an address can't be taken, or after {@link
   *     #close}; nothing is taken then
   */
  public Future<PreparedListeners> prepare(List<ListenerConfig> wanted) {
    if (isClosed()) {
      return Future.failedFuture(ListenException.draining());
    }
    ListenException tooMany = budget.exceeded(wanted);
    if (tooMany != null) {
      return Future.failedFuture(tooMany);
    }
    PreparedListeners change = new PreparedListeners(wanted);
    List<WantedAddress> missing = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      if (!wanted.get(i).isOpen()) {
        continue;
      }
      for (BindAddress one : wanted.get(i).bind().each()) {
        WantedAddress address = new WantedAddress("listeners[" + i + "].bind", wanted.get(i), one);
        if (!change.keep(address)) {
          missing.add(address);
        }
      }
    }
    return OneByOne.run(missing.iterator(), each -> each.orProblem(change.include(each)))
        .map(change)
        .recover(e -> change.abandon().transform(done -> Future.failedFuture(e)));
  }

  /** The addresses as bound, by name of the listener. */
  public Map<String, String> addresses() {
    Map<String, String> addresses = new LinkedHashMap<>();
    open.values()
        .forEach(
            each -> {
              BindAddress bind = each.config().bind();
              String shown = bind.isRange() ? bind.toString() : each.socket().shown();
              addresses.put(each.config().name(), shown);
            });
    return addresses;
  }

  /**
   * One address of a listener.
   *
   * @param path of the listener's address in the configuration
   */
  private record WantedAddress(String path, ListenerConfig config, BindAddress one) {
    String key() {
      return Snapshot.key(config, one);
    }

    Future<Void> orProblem(Future<Void> step) {
      return step.recover(
          e -> Future.failedFuture(ListenException.of(path, config.bind(), one, e)));
    }
  }

  /**
   * Closes every listening socket, each when its queue is empty. No change can be committed
   * afterwards; what was prepared stays taken until it is abandoned or its commit fails.
   */
  public synchronized Future<Void> close() {
    closed = true;
    List<ListeningSocket> sockets = open.values().stream().map(Open::socket).toList();
    open = Map.of();
    return closeAll(sockets);
  }

  /** Addresses that are taken and can be put in force. */
  public final class PreparedListeners {
    private final Map<String, Open> before = open;
    private final Map<String, Open> after = new LinkedHashMap<>();

    private final List<Added> added = new ArrayList<>();

    /** The sockets that this change closes. */
    private final List<ListeningSocket> leaving;

    /** True once it was committed, has failed or was abandoned. */
    private final AtomicBoolean settled = new AtomicBoolean();

    private PreparedListeners(List<ListenerConfig> wanted) {
      Set<String> wantedKeys =
          wanted.stream()
              .filter(ListenerConfig::isOpen)
              .flatMap(each -> each.bind().each().stream().map(one -> Snapshot.key(each, one)))
              .collect(Collectors.toSet());
      leaving =
          before.entrySet().stream()
              .filter(each -> !wantedKeys.contains(each.getKey()))
              .map(each -> each.getValue().socket())
              .toList();
    }

    /**
     * Puts the change in force: binds new sockets on every loop, runs {@code switchOver} to publish
     * the new snapshot, then lets new sockets accept and closes removed ones. From the switch-over
     * on it is in force, also if a socket fails to follow.
     *
     * @return fails with {@link StaleChangeException} if another change or {@link Listeners#close}
     *     came first or this one was abandoned, with {@link ListenException} if a socket can't be
     *     bound; then nothing has changed and its addresses are released
     */
    public Future<Void> commit(Runnable switchOver) {
      if (!settled.compareAndSet(false, true)) {
        return stale();
      }
      return openAdded()
          .compose(opened -> switchOver(switchOver))
          .recover(e -> release().transform(done -> Future.failedFuture(e)))
          .compose(switched -> follow());
    }

    /** Releases the addresses. Does nothing once it was committed, has failed or was abandoned. */
    public Future<Void> abandon() {
      return settled.compareAndSet(false, true) ? release() : Future.succeededFuture();
    }

    /** Whether this process has the address, so that there is nothing to {@link #include}. */
    private boolean keep(WantedAddress wanted) {
      Open existing = wanted.one().isUnix() ? null : before.get(wanted.key());
      if (existing != null) {
        after.put(wanted.key(), new Open(wanted.config(), existing.socket()));
      }
      return existing != null;
    }

    private Future<Void> include(WantedAddress wanted) {
      String key = wanted.key();
      Open existing = before.get(key);
      if (existing != null) {
        after.put(key, new Open(wanted.config(), existing.socket()));
        return tryAccess(existing.config().bind(), wanted.one());
      }
      return dataPath
          .vertx()
          .executeBlocking(
              () -> ListeningSocket.take(dataPath, key, wanted.one(), noObstacle(wanted.one())))
          .map(
              socket -> {
                prepared.add(socket);
                added.add(new Added(wanted, socket));
                after.put(key, new Open(wanted.config(), socket));
                return null;
              });
    }

    /** Of one address, they can differ in the access to a Unix socket. */
    private Future<Void> tryAccess(BindAddress was, BindAddress now) {
      BindAddress.UnixSocket unix = now.unix();
      if (unix == null || was.equals(now)) {
        return Future.succeededFuture();
      }
      return dataPath
          .vertx()
          .executeBlocking(
              () -> {
                UnixSocketFile.tryOut(unix);
                return null;
              });
    }

    /** Sockets of this process that this change closes, or that another one has prepared. */
    private List<ListeningSocket> noObstacle(BindAddress bind) {
      return Stream.concat(leaving.stream(), prepared.stream())
          .filter(socket -> socket.overlaps(bind))
          .filter(socket -> added.stream().noneMatch(own -> own.socket() == socket))
          .toList();
    }

    private Future<Void> openAdded() {
      if (isStale()) {
        return stale();
      }
      IdentityHashMap<ListenerConfig, AcceptPauses> pauses = new IdentityHashMap<>();
      return OneByOne.run(
          added.iterator(),
          each -> {
            ListenerConfig config = each.wanted().config();
            AcceptPauses shared = pauses.computeIfAbsent(config, Listeners::pauses);
            return each.wanted().orProblem(each.socket().open(config.backlog(), shared));
          });
    }

    private Future<Void> switchOver(Runnable switchOver) {
      synchronized (Listeners.this) {
        if (isStale()) {
          return stale();
        }
        switchOver.run();
        open = after;
      }
      added.forEach(taken -> prepared.remove(taken.socket()));
      return Future.succeededFuture();
    }

    private boolean isStale() {
      synchronized (Listeners.this) {
        return closed || open != before;
      }
    }

    private Future<Void> stale() {
      return Future.failedFuture(new StaleChangeException());
    }

    private Future<Void> follow() {
      List<Future<Void>> steps = new ArrayList<>();
      added.forEach(taken -> steps.add(taken.socket().start()));
      after.forEach(
          (key, now) -> {
            Open was = before.get(key);
            if (was != null) {
              adjust(was.config(), now.config(), now.socket(), steps);
            }
          });
      steps.add(closeAll(leaving));
      return Future.join(steps)
          .<Void>mapEmpty()
          .otherwise(
              cause -> {
                LOG.warn("in force, but a listening socket was not adjusted: {}", cause.toString());
                return null;
              });
    }

    private static void adjust(
        ListenerConfig was, ListenerConfig now, ListeningSocket socket, List<Future<Void>> steps) {
      if (was.backlog() != now.backlog()) {
        steps.add(socket.backlog(now.backlog()));
      }
      BindAddress.UnixSocket unix = now.bind().unix();
      if (unix != null && !was.bind().equals(now.bind())) {
        steps.add(socket.access(unix));
      }
    }

    private Future<Void> release() {
      List<ListeningSocket> sockets = added.stream().map(Added::socket).toList();
      return closeAll(sockets).onComplete(done -> sockets.forEach(prepared::remove));
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private static AcceptPauses pauses(ListenerConfig config) {
    BindAddress bind = config.bind();
    String key = bind.isRange() ? bind.toString() : Snapshot.key(config, bind);
    return new AcceptPauses("listener at " + key, System::nanoTime);
  }

  private static Future<Void> closeAll(List<ListeningSocket> sockets) {
    return Future.join(sockets.stream().map(ListeningSocket::close).toList()).mapEmpty();
  }
}
