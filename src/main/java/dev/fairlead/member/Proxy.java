package dev.fairlead.member;

import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.listener.ListenerTables;
import dev.fairlead.listener.Listeners;
import dev.fairlead.listener.Snapshot;
import dev.fairlead.listener.Snapshot.TlsSources;
import dev.fairlead.member.file.FilesInForce;
import dev.fairlead.member.file.ListsInForce;
import dev.fairlead.member.file.TlsInForce;
import dev.fairlead.net.tls.BackendContexts;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import dev.fairlead.pool.Pools;
import dev.fairlead.pool.discovery.Discovery;
import dev.fairlead.pool.discovery.DnsLookup;
import dev.fairlead.pool.discovery.HostNames;
import dev.fairlead.pool.discovery.HostNames.NameLookup;
import dev.fairlead.session.limit.Limiters;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data path of the process: listeners, pools, limits, and the snapshot that acceptors read. A
 * new configuration is put in force in two steps, {@link #prepare} and {@link
 * PreparedSnapshot#commit}. Every method may be called from any thread and does not block.
 */
final class Proxy {
  private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);

  private final Vertx vertx;
  private final FilesInForce files;
  private final EventLoops loops;
  private volatile Snapshot snapshot = new Snapshot(Map.of(), Pools.NONE);
  private final Listeners listeners;
  private final HostNames hostNames;
  private final Discovery discovery;
  private final Limiters limiters = new Limiters();
  private final ListenerStats stats = new ListenerStats();
  private final long statsTimer;

  private volatile BiConsumer<List<Pool>, List<Pool>> switched = (before, now) -> {};

  private volatile Runnable poolsChanged = () -> {};

  /** These belong to the configuration in force. Written by steps {@link #inTurn}. */
  private volatile List<ListenerConfig> listenerConfigs = List.of();

  private volatile List<PoolConfig> poolConfigs = List.of();

  private volatile Map<String, ListenerTables> tables = Map.of();

  private volatile TlsSources tlsSources = TlsSources.NONE;

  /** The tail of the queue of steps: changes are applied one at a time, in order of request. */
  private Future<?> lastStep = Future.succeededFuture();

  Proxy(Vertx vertx, EventLoops loops, TlsInForce tls) {
    this.vertx = vertx;
    this.loops = loops;
    this.files = new FilesInForce(vertx, tls, this::relist);
    this.listeners =
        new Listeners(
            vertx, loops.transport(), loops.verticles(), () -> snapshot, OpenFiles.mostListening());
    this.hostNames = new HostNames(vertx, NameLookup.of(vertx));
    this.discovery = new Discovery(vertx, DnsLookup.ofMachine(vertx), this::rediscovered);
    this.statsTimer =
        vertx.setPeriodic(Duration.ofSeconds(ListenerStats.TICK_SECONDS).toMillis(), id -> tick());
  }

  /**
   * Phase one: binds the addresses of {@code config} that are not bound yet, without listening, and
   * looks up its new host names and discoveries for at most {@link HostNames#FIRST_ANSWER}. Fails
   * with {@link dev.fairlead.listener.ListenException} if an address is not free; nothing stays
   * bound then.
   */
  Future<PreparedSnapshot> prepare(FairleadConfig config) {
    var names = hostNames.lookUp(config.pools());
    var answers = discovery.lookUp(config.pools());
    return Future.join(names, answers)
        .compose(found -> vertx.executeBlocking(() -> files.read(config), false))
        .compose(
            read ->
                inTurn(() -> listeners.prepare(config.listeners()))
                    .map(
                        sockets ->
                            new PreparedSnapshot(
                                config,
                                new Lookups(names.result(), answers.result(), read),
                                sockets)));
  }

  /** The DNS answers and files of a configuration that is not in force yet. */
  private record Lookups(
      Map<String, List<InetAddress>> names,
      Discovery.NewWatches backends,
      FilesInForce.ConfigFiles files) {}

  /**
   * A configuration that can be put in force. Exactly one of its methods must be called, once:
   * otherwise its addresses stay bound.
   */
  final class PreparedSnapshot {
    private final FairleadConfig config;
    private final Lookups found;
    private final Listeners.PreparedListeners sockets;

    private PreparedSnapshot(
        FairleadConfig config, Lookups found, Listeners.PreparedListeners sockets) {
      this.config = config;
      this.found = found;
      this.sockets = sockets;
    }

    /**
     * Phase two: puts the whole configuration in force, then runs {@code onSwitched} before the
     * next change begins. Fails as {@link Listeners.PreparedListeners#commit}; nothing has changed
     * and nothing stays bound then.
     */
    Future<Void> commit(Runnable onSwitched) {
      return inTurn(() -> build().onSuccess(done -> onSwitched.run()))
          .onFailure(cause -> sockets.abandon());
    }

    Future<Void> abort() {
      return sockets.abandon();
    }

    /** Builds pools and look-up tables on a worker, then binds the sockets and switches. */
    private Future<Void> build() {
      Pools before = snapshot.pools();
      return vertx
          .executeBlocking(
              () ->
                  new Built(
                      before.next(
                          config.pools(), discovery.backends(config.pools(), found.backends())),
                      ListenerTables.of(config.listeners(), tables, found.files().lists())))
          .compose(built -> sockets.commit(() -> switchTo(built)));
    }

    private void switchTo(Built built) {
      hostNames.watch(built.pools, found.names());
      listenerConfigs = config.listeners();
      poolConfigs = config.pools();
      tables = built.tables;
      files.inForce(found.files());
      tlsSources = found.files().certificates().sources();
      discovery.watch(config.pools(), found.backends(), built.pools);
      publish(built.pools);
    }
  }

  private record Built(Pools pools, Map<String, ListenerTables> tables) {}

  /** Applies the backends that discovery has found to the configuration in force. */
  private void rediscovered() {
    inTurn(this::applyDiscovered)
        .onFailure(cause -> LOG.error("discovered backends could not be applied", cause));
  }

  private Future<Void> applyDiscovered() {
    Pools before = snapshot.pools();
    return vertx
        .executeBlocking(() -> before.next(poolConfigs, discovery.backends()))
        .map(
            pools -> {
              discovery.apply(pools);
              publish(pools);
              poolsChanged.run();
              return null;
            });
  }

  private void publish(Pools next) {
    List<Pool> before = pools();
    stats.inForce(listenerConfigs, next.all().stream().map(Pool::name).collect(Collectors.toSet()));
    synchronized (limiters) { // Agents may change limits at the same time.
      limiters.configure(listenerConfigs, next);
    }
    snapshot =
        Snapshot.of(
            listenerConfigs.stream()
                .map(each -> Objects.requireNonNull(tables.get(each.name())))
                .toList(),
            next,
            new Snapshot.LongLived(stats::of, limiters, tlsSources));
    switched.accept(before, pools());
  }

  /** {@code listener} gets the pools before and after every switch; it must not block. */
  void onSwitch(BiConsumer<List<Pool>, List<Pool>> listener) {
    switched = listener;
  }

  /** {@code listener} is called when discovery has added or removed backends. */
  void onPoolsChanged(Runnable listener) {
    poolsChanged = listener;
  }

  /** Whether a backend of a pool in force comes from discovery. */
  boolean isDiscovered(String pool, String backend) {
    Pool inForcePool = snapshot.pools().pool(pool);
    return inForcePool != null
        && inForcePool.discovered().stream().anyMatch(each -> each.id().equals(backend));
  }

  /** Runs {@code step} after all steps requested before it. */
  private synchronized <T> Future<T> inTurn(Supplier<Future<T>> step) {
    Future<T> result = lastStep.transform(before -> step.get());
    lastStep = result;
    return result;
  }

  EventLoops loops() {
    return loops;
  }

  List<Pool> pools() {
    return snapshot.pools().all();
  }

  /** Those with live sessions of this member, by pool and id. */
  List<Backend> removedBackends() {
    return snapshot.pools().removed().stream()
        .filter(backend -> backend.active() > 0)
        .sorted(Comparator.comparing(Backend::pool).thenComparing(Backend::id))
        .toList();
  }

  /** The contexts of new connections to backends of that pool, null = they are in clear. */
  @Nullable Supplier<BackendContexts> tlsOfPool(String pool) {
    return tlsSources.ofPools().get(pool);
  }

  /** The certificates and keys in force. */
  TlsInForce tls() {
    return files.tls();
  }

  /** The lists of {@code allow} and {@code deny} in force. */
  ListsInForce lists() {
    return files.lists();
  }

  /** Applies lists that have changed to the configuration in force. */
  private void relist() {
    inTurn(this::applyLists).onFailure(cause -> LOG.error("lists could not be applied", cause));
  }

  private Future<Void> applyLists() {
    return vertx
        .executeBlocking(() -> ListenerTables.of(listenerConfigs, tables, files.lists().inForce()))
        .map(
            made -> {
              tables = made;
              publish(snapshot.pools());
              return null;
            });
  }

  private void tick() {
    stats.tick(limiters.refusals());
    inTurn(
            () -> {
              limiters.forgetRemoved();
              snapshot.pools().forgetRemoved();
              return Future.succeededFuture();
            })
        .onFailure(cause -> LOG.error("removed listeners, pools and backends stay", cause));
  }

  Limiters limiters() {
    return limiters;
  }

  ListenerStats stats() {
    return stats;
  }

  /** The bound addresses, by listener. */
  Map<String, String> addresses() {
    return listeners.addresses();
  }

  /** Closes the listening sockets, each when its accept queue is empty. Idempotent. */
  Future<Void> stopListening() {
    return listeners.close();
  }

  /** Ends timers, DNS queries and listening. Live sessions end with their event loops. */
  Future<Void> stop() {
    vertx.cancelTimer(statsTimer);
    files.stop();
    hostNames.stop();
    discovery.stop();
    return stopListening();
  }
}
