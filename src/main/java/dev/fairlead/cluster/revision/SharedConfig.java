package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.revision.ConfigStart.StartupConfig;
import dev.fairlead.cluster.rows.ReplicatedTable;
import dev.fairlead.cluster.signing.Secret;
import dev.fairlead.cluster.signing.SignedCommands;
import dev.fairlead.config.Revision;
import dev.fairlead.config.Revision.Origin;
import dev.fairlead.event.MemberInfo;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.shareddata.AsyncMap;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This member's part in the configuration of the cluster: puts the parts of this package together
 * and starts and stops them. On the cluster's context, except {@link #trouble}: any thread.
 */
public final class SharedConfig {
  private static final Logger LOG = LoggerFactory.getLogger(SharedConfig.class);

  /**
   * Period of {@link PollPace}. Raising it delays members that missed a hint; lowering it reads the
   * shared map more often.
   */
  private static final long POLL_MILLIS = 1000;

  /** How long the newest revision may not be in force here before the member is not ready. */
  private static final Duration TOLERANCE = Duration.ofSeconds(10);

  /** Raising it gives a slow disk more time; lowering it ends a member on a hung one earlier. */
  private static final Duration LAST_SAVE = Duration.ofSeconds(3);

  private final Vertx vertx;
  private final ConfigSetup setup;
  private final RevisionCodec codec;
  private final RevisionLog log = new RevisionLog();
  private final PreparedConfig prepared;
  private final ConfigSync sync;
  private final CallHandler handler;
  private final MemberCalls calls;
  private final ConfigCommands commands;
  private final PollPace pace = new PollPace(System::nanoTime);
  private final SecretCheck secretCheck;
  private final ConfigStart start;
  private @Nullable MessageConsumer<Object> hints;

  /** The last save, so that an older one is never written after a newer one. */
  private Future<?> saved = Future.succeededFuture();

  private long timer;

  /**
   * Its collaborators. {@code save} keeps revisions for the next start, the newest first, on a
   * worker; {@code applied} is given each in force here and the one that lost to it after a split;
   * {@code unchanged} the newest, and who has just pushed what it has already.
   */
  public record ConfigSetup(
      ClusterNode node,
      String name,
      LocalConfig local,
      Supplier<List<MemberInfo>> members,
      Consumer<List<String>> save,
      BiConsumer<Revision, @Nullable Revision> applied,
      BiConsumer<Revision, Origin> unchanged) {}

  private SharedConfig(
      ConfigSetup setup,
      AsyncMap<String, String> map,
      @Nullable Secret secret,
      SignedCommands signed) {
    ClusterNode node = setup.node();
    this.setup = setup;
    this.vertx = node.vertx();
    this.codec = new RevisionCodec(secret);
    ConfigStore store = new ConfigStore(vertx, map, codec);
    this.prepared = new PreparedConfig(vertx, setup.local());
    this.sync = new ConfigSync(store, prepared, log, this::applied);
    this.handler = new CallHandler(prepared, sync, signed);
    this.calls = new MemberCalls(node, setup.name(), signed, handler);
    ConfigPush push = new ConfigPush(node, store, calls, setup.members());
    this.commands = new ConfigCommands(vertx, store, push, setup.local(), setup.unchanged());
    this.secretCheck = new SecretCheck(node, store, signed, setup.name());
    this.start = new ConfigStart(vertx, store, secretCheck, prepared, sync);
  }

  /** Opens the shared map; fails when this member's secret is not that of the cluster. */
  public static Future<SharedConfig> open(
      ConfigSetup setup, @Nullable Secret secret, SignedCommands signed) {
    return ReplicatedTable.openMap(setup.node().vertx(), ConfigStore.MAP)
        .map(map -> new SharedConfig(setup, map, secret, signed))
        .compose(shared -> shared.secretCheck.run().map(shared));
  }

  /** From here on the other members can ask this one to prepare what they push. */
  public Future<Void> listen() {
    return handler.start(vertx, setup.node().id());
  }

  /** Puts the first revision in force: the cluster's, else this member's by {@code origin}. */
  public Future<Void> begin(StartupConfig startup, Origin origin) {
    return vertx
        .executeBlocking(() -> codec.readAll(startup.kept()))
        .onSuccess(log::restore)
        .compose(kept -> start.run(startup, kept, origin));
  }

  /** Follows the newest revision from here on. */
  public Future<Void> follow() {
    timer = vertx.setPeriodic(POLL_MILLIS, id -> poll());
    hints = vertx.eventBus().consumer(ConfigPush.CHANGED, hint -> sync.sync());
    return hints.completion();
  }

  private void poll() {
    boolean agreed =
        setup.members().get().stream().allMatch(member -> sync.isSettled(member.revision()));
    switch (pace.next(agreed)) {
      case BY_POINTER -> sync.poll();
      case WHOLE -> sync.sync();
      case NONE -> {}
    }
  }

  public void joined() {
    pace.restless();
  }

  /** Parts of a split cluster have met. */
  public void merged() {
    pace.restless();
    sync.sync();
  }

  /** Its last revision may be known to nobody. */
  public void left(String node) {
    pace.restless();
    prepared.left(node);
  }

  public ConfigCommands commands() {
    return commands;
  }

  /**
   * Calls a member that has joined for nothing but an answer. At the first call to a member the bus
   * resolves its address, which hangs while a node hangs that stores part of the registrations; so
   * it is made while all nodes respond.
   */
  public void greet(MemberInfo member) {
    calls.call(member, new MemberCall.Greet());
  }

  /** Why the newest revision has not been in force here for 10 s; null when it is in force. */
  public @Nullable String trouble() {
    ConfigSync.Trouble trouble = sync.trouble();
    return trouble == null || System.nanoTime() - trouble.sinceNanos() < TOLERANCE.toNanos()
        ? null
        : "revision " + trouble.revision().revision() + " is not in force: " + trouble.message();
  }

  /** This member drains: it prepares no further push. */
  public Future<Void> drain() {
    return prepared.close();
  }

  public Future<Void> freeze() {
    return sync.stop();
  }

  /** Waits for the last save, because the end of the workers would interrupt it. */
  public Future<Void> stop() {
    vertx.cancelTimer(timer);
    Future<Void> deaf = hints == null ? Future.succeededFuture() : hints.unregister();
    Future<?> lastSave = saved.timeout(LAST_SAVE.toMillis(), TimeUnit.MILLISECONDS);
    return Future.join(deaf, handler.stop(), lastSave).mapEmpty();
  }

  private void applied(Revision revision, @Nullable Revision superseded) {
    List<Revision> revisions = log.all();
    // A disk may take seconds. So not on the ordered workers, where signatures and documents wait.
    saved =
        saved.transform(
            before ->
                vertx
                    .executeBlocking(() -> save(revisions), false)
                    .onFailure(
                        cause -> LOG.error("revisions not saved for the next start", cause)));
    setup.applied().accept(revision, superseded);
  }

  private List<Revision> save(List<Revision> revisions) {
    setup.save().accept(revisions.stream().map(codec::write).toList());
    return revisions;
  }
}
