package dev.fairlead.cluster;

import dev.fairlead.cluster.members.Announcements;
import dev.fairlead.cluster.members.Events;
import dev.fairlead.cluster.members.Membership;
import dev.fairlead.cluster.members.MembershipEvents;
import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.node.Nodes;
import dev.fairlead.cluster.revision.CallHandler;
import dev.fairlead.cluster.revision.ConfigCommands;
import dev.fairlead.cluster.revision.ConfigPush;
import dev.fairlead.cluster.revision.ConfigStart;
import dev.fairlead.cluster.revision.ConfigStore;
import dev.fairlead.cluster.revision.ConfigSync;
import dev.fairlead.cluster.revision.Draft.Who;
import dev.fairlead.cluster.revision.LocalConfig;
import dev.fairlead.cluster.revision.MemberCalls;
import dev.fairlead.cluster.revision.PreparedConfig;
import dev.fairlead.cluster.revision.PushRound;
import dev.fairlead.cluster.revision.RevisionCodec;
import dev.fairlead.cluster.revision.RevisionLog;
import dev.fairlead.cluster.revision.StartupConfig;
import dev.fairlead.cluster.rows.ReplicatedTable;
import dev.fairlead.cluster.rows.RowContext;
import dev.fairlead.cluster.rows.RowContext.RowTraffic;
import dev.fairlead.cluster.signing.Secret;
import dev.fairlead.cluster.signing.ShutdownSignal;
import dev.fairlead.cluster.signing.Signals;
import dev.fairlead.cluster.signing.SignedCommands;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Revision;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.Commands;
import dev.fairlead.event.MemberId;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.event.SystemEvent;
import dev.fairlead.pool.Backend;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member's part in the cluster: who is there, what they count, which backends are healthy, which
 * configuration they share. Its state lives on its context; public methods are for any thread.
 */
public final class ClusterVerticle extends VerticleBase implements Commands {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterVerticle.class);
  private static final long SECOND_MILLIS = 1000;

  /** Map operations block a worker each; those of the data path must not wait behind them. */
  private static final int WORKERS = 4;

  /** So long the newest revision may be out of force here before the member is not ready. */
  private static final Duration TOLERANCE = Duration.ofSeconds(10);

  private final Parts parts;
  private final RevisionCodec codec;
  private final RowTraffic traffic;
  private final Membership membership;
  private final Tables tables;
  private final Nodes nodes;
  private final Events events;
  private final Announcements announcements;
  private PreparedConfig holds;
  private CallHandler calls;
  private MemberCalls others;
  private ConfigCommands config;
  private Signals signals;
  private ShutdownSignal shutdown;
  private RevisionLog log;
  private MessageConsumer<Object> hints;
  private long timer;
  private boolean draining;
  private volatile SignedCommands signed;
  private volatile ConfigSync sync;

  /**
   * What the cluster part is made with.
   *
   * @param secret null = nothing is signed
   */
  public record Parts(
      ClusterNode node,
      LocalMember member,
      LocalConfig config,
      StartupConfig beginning,
      Secret secret) {}

  public ClusterVerticle(Parts parts) {
    this.parts = parts;
    this.codec = new RevisionCodec(parts.secret());
    RowContext place = RowContext.of(parts.node());
    this.traffic = place.traffic();
    LocalMember member = parts.member();
    this.events = new Events(parts.node().vertx(), member::numbers);
    this.announcements = new Announcements(events::publish, this::self, member::info);
    this.membership = new Membership(place, member::info, comings());
    this.tables = new Tables(place, member, membership::members);
    this.nodes = new Nodes(tables.nodes(membership.nodes()), this::merged);
  }

  private MembershipEvents comings() {
    return new MembershipEvents(
        parts.node().id(), this::members, announcements, member -> others.greet(member));
  }

  /** How it is to be deployed. */
  public static DeploymentOptions deployment() {
    return new DeploymentOptions().setWorkerPoolName("fairlead-cluster").setWorkerPoolSize(WORKERS);
  }

  /** Succeeds when the cluster's revision is in force here and this member is known to all. */
  @Override
  public Future<?> start() {
    return ReplicatedTable.openMap(vertx, ConfigStore.MAP)
        .compose(
            map ->
                SignedCommands.open(vertx, parts.secret(), InstantSource.system())
                    .map(opened -> build(new ConfigStore(vertx, map, codec), opened)))
        .compose(store -> secretCheck(store).run().map(store))
        .compose(store -> enter().map(store))
        .compose(this::begin)
        .compose(begun -> serve());
  }

  private SecretCheck secretCheck(ConfigStore store) {
    return new SecretCheck(parts.node(), store, parts.secret());
  }

  private ConfigStore build(ConfigStore store, SignedCommands opened) {
    signed = opened;
    holds = new PreparedConfig(vertx, parts.config());
    sync = new ConfigSync(store, holds, this::applied);
    calls = new CallHandler(holds, sync, signed);
    others = new MemberCalls(parts.node(), signed);
    PushRound round = new PushRound(parts.node(), store, others, membership::members);
    config = new ConfigCommands(vertx, store, new ConfigPush(vertx, store, round), parts.config());
    return store;
  }

  /** From here on the others see this member, and ask it to hold what they push. */
  private Future<Void> enter() {
    parts.node().listen(nodes);
    return calls
        .start(vertx, parts.node().id())
        .compose(started -> membership.enter(parts.member().wantedName()))
        .onSuccess(entered -> members().forEach(others::greet))
        .compose(entered -> tables.open());
  }

  private Future<Void> begin(ConfigStore store) {
    List<Revision> kept = codec.readAll(parts.beginning().kept());
    log = new RevisionLog(kept);
    return new ConfigStart(vertx, store, secretCheck(store), holds, sync)
        .run(parts.beginning(), kept, file());
  }

  private Future<Void> serve() {
    signals = new Signals(vertx, this::self, this, signed);
    shutdown = new ShutdownSignal(vertx, this::self, signed, this::obeyShutdown);
    hints = vertx.eventBus().consumer(PushRound.CHANGED, hint -> sync.sync());
    timer = vertx.setPeriodic(SECOND_MILLIS, id -> sync.sync());
    return tables
        .start()
        .compose(started -> hints.completion())
        .compose(started -> shutdown.start())
        .compose(started -> signals.start())
        .compose(started -> events.start())
        .onSuccess(started -> announcements.joined());
  }

  /** Takes no more commands and no further revision, and tells everybody. */
  public void drainStarted(Duration grace) {
    here(
        () -> {
          draining = true;
          holds.close();
          tables.drain();
          announcements.drainStarted(grace);
          return signals.stop().compose(stopped -> sync.stop());
        });
  }

  /** The last session has ended. */
  public void drainFinished() {
    announcements.drainFinished();
  }

  /**
   * This member's own prober of {@code backend} has decided.
   *
   * @param assignment as that prober was started with
   * @param reason why it is down, in a few words; null = none, as for one that is up
   */
  public void verdict(Backend backend, long assignment, boolean up, String reason) {
    tables.verdict(backend, assignment, up, reason);
  }

  /** Takes this member's rows out; the process leaves the cluster when its Vert.x is closed. */
  @Override
  public Future<?> stop() {
    vertx.cancelTimer(timer);
    return Future.join(
            List.of(
                tables.stop(),
                membership.leave(),
                calls.stop(),
                shutdown == null ? Future.succeededFuture() : shutdown.stop(),
                shutdown == null ? Future.succeededFuture() : signals.close(),
                shutdown == null ? Future.succeededFuture() : events.stop()))
        .otherwiseEmpty();
  }

  /** Tells everybody what happened to this member; {@code event} is given which one it is. */
  public void publish(Function<MemberId, SystemEvent> event) {
    events.publish(event.apply(self()));
  }

  /** All members, by name; this one included. */
  public List<MemberInfo> members() {
    return membership.members();
  }

  /** This member; its name may change when a split ends. */
  public MemberId self() {
    String name = membership.name();
    return new MemberId(parts.node().id(), name == null ? parts.member().wantedName() : name);
  }

  /** Where the other members reach this one, null = it is alone. */
  public String address() {
    return parts.node().address();
  }

  /**
   * Why this member is not as the others are, null = it is: it is in the cluster no more, or has
   * not had the newest revision in force for 10 s.
   */
  public String trouble() {
    String lost = nodes.trouble();
    if (lost != null) {
      return lost;
    }
    ConfigSync.Trouble trouble = sync == null ? null : sync.trouble();
    if (trouble == null || System.nanoTime() - trouble.sinceNanos() < TOLERANCE.toNanos()) {
      return null;
    }
    return "revision " + trouble.revision().revision() + " is not in force: " + trouble.message();
  }

  /** How old the oldest row of another member is that balancing uses; 0 = there is none. */
  public double loadViewAgeSeconds() {
    return tables.loadViewAgeSeconds();
  }

  /** What the shared rows have cost on the event bus. */
  public RowTraffic traffic() {
    return traffic;
  }

  /** Commands that were refused for their signature. */
  public long refusedCommands() {
    return signed == null ? 0 : signed.refused();
  }

  /**
   * The member's own file has changed. Fails with a {@link dev.fairlead.event.CommandException}.
   */
  public Future<JsonObject> pushFile(ConfigFormat format, String text) {
    return change(() -> config.pushFile(format, text, file()));
  }

  @Override
  public Future<JsonObject> push(JsonObject command, String from) {
    return change(() -> config.push(command, from));
  }

  @Override
  public Future<JsonObject> get(JsonObject command) {
    return here(() -> config.get(command));
  }

  @Override
  public Future<JsonObject> history() {
    return here(() -> config.history());
  }

  @Override
  public Future<JsonObject> rollback(JsonObject command, String from) {
    return change(() -> config.rollback(command, from));
  }

  @Override
  public Future<JsonObject> set(JsonObject command, String from) {
    return change(() -> config.set(command, from));
  }

  @Override
  public Future<Void> shutdown(JsonObject command, String from) {
    LOG.info("{} asks for shutdown: {}", from, command);
    return here(() -> shutdown.say(command));
  }

  /** Pools have other backends, with the configuration as it is. */
  public void poolsChanged() {
    tables.changed();
  }

  private void applied(Revision revision, Revision superseded) {
    poolsChanged();
    log.add(revision);
    keep();
    announcements.applied(revision, superseded);
  }

  private void keep() {
    List<Revision> revisions = log.all();
    vertx
        .executeBlocking(
            () -> {
              parts.member().save(revisions.stream().map(codec::write).toList());
              return null;
            })
        .onFailure(cause -> LOG.error("the revision could not be kept: {}", cause.getMessage()));
  }

  private void obeyShutdown(Duration grace) {
    announcements.shutdown(grace);
    parts.member().shutdown(grace);
  }

  private Who file() {
    return new Who("file:" + self().name(), "file " + self().name());
  }

  private void merged() {
    LOG.warn("two parts of the cluster have met again");
    // In the part that it was away from, everybody was told that it had left.
    announcements.joined();
    context.runOnContext(turn -> sync.sync());
  }

  /** Who is about to leave changes nothing any more: there are others to ask. */
  private Future<JsonObject> change(Supplier<Future<JsonObject>> step) {
    return here(
        () ->
            draining
                ? Future.failedFuture(
                    new CommandException(
                        CommandException.NO_ANSWER,
                        "member " + self().name() + " is draining, ask another one"))
                : step.get());
  }

  private <T> Future<T> here(Supplier<Future<T>> step) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(
        turn -> Future.succeededFuture().compose(begin -> step.get()).onComplete(promise));
    return promise.future();
  }
}
