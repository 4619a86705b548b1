package dev.fairlead.cluster;

import dev.fairlead.admission.SourceLimit;
import dev.fairlead.cluster.health.HealthTable;
import dev.fairlead.cluster.lease.Leases;
import dev.fairlead.cluster.load.CountTable;
import dev.fairlead.cluster.members.EventPublisher;
import dev.fairlead.cluster.members.MemberQueries;
import dev.fairlead.cluster.members.Membership;
import dev.fairlead.cluster.members.MembershipEvents;
import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.node.Nodes;
import dev.fairlead.cluster.revision.ConfigCommands;
import dev.fairlead.cluster.revision.SharedConfig;
import dev.fairlead.cluster.revision.SharedConfig.ConfigSetup;
import dev.fairlead.cluster.rows.RowContext;
import dev.fairlead.cluster.rows.RowContext.RowTraffic;
import dev.fairlead.cluster.signing.BusCommands;
import dev.fairlead.cluster.signing.SignedCommands;
import dev.fairlead.cluster.sticky.StickySharing;
import dev.fairlead.config.Revision;
import dev.fairlead.config.Revision.Kind;
import dev.fairlead.config.Revision.Origin;
import dev.fairlead.config.text.Document;
import dev.fairlead.event.CommandBodies;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.Commands;
import dev.fairlead.event.MemberId;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.event.SystemEvent;
import dev.fairlead.pool.Pool;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This member's part in the cluster: membership, counts, health of backends, leases, configuration
 * and commands. Puts them together, starts and stops them in order. Its state lives on its context;
 * public methods are for any thread.
 */
public final class ClusterVerticle extends VerticleBase implements Commands {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterVerticle.class);

  /** Map operations block a worker each; those of the data path must not wait behind them. */
  private static final int WORKERS = 4;

  private static final Duration REPORT_PERIOD = Duration.ofSeconds(5);

  private final ClusterSetup setup;
  private final RowContext rows;
  private final Membership membership;
  private final CountTable<Pool> loads;
  private final HealthTable health;
  private final CountTable<SourceLimit> sources;
  private final StickySharing sticky;
  private final Leases leases;
  private final Nodes nodes;
  private final EventPublisher events;
  private volatile @Nullable SignedCommands signed;
  private volatile @Nullable SharedConfig sharedConfig;
  private volatile @Nullable BusCommands bus;
  private volatile @Nullable MemberQueries queries;
  private boolean draining;

  public ClusterVerticle(ClusterSetup setup) {
    ClusterNode node = setup.node();
    LocalMember member = setup.member();
    this.setup = setup;
    this.rows = RowContext.of(node, member::hasSessions);
    this.events =
        new EventPublisher(node.vertx(), this::self, member::info, member::numbers, REPORT_PERIOD);
    MembershipEvents listener =
        new MembershipEvents(
            node, this::members, events::publish, joined -> sharedConfig().greet(joined));
    this.membership = new Membership(rows, member::info, listener);
    this.loads = CountTable.ofBackends(rows, member::pools);
    this.health = new HealthTable(rows, member::pools, membership::members, member.health());
    this.sources = CountTable.ofSources(rows, member::sources);
    this.sticky = new StickySharing(rows, member::pools);
    this.leases = new Leases(rows, member::leased);
    this.nodes =
        new Nodes(
            List.of(
                membership.rows(),
                loads.rows(),
                health.rows(),
                sources.rows(),
                sticky,
                leases,
                new ConfigNodes(
                    this::sharedConfig, events, task -> context.runOnContext(turn -> task.run()))));
  }

  public static DeploymentOptions deployment() {
    return new DeploymentOptions().setWorkerPoolName("fairlead-cluster").setWorkerPoolSize(WORKERS);
  }

  /** Succeeds when the cluster's revision is in force here and this member is known to all. */
  @Override
  public Future<?> start() {
    return openConfig()
        .compose(opened -> enter())
        .compose(entered -> sharedConfig().begin(setup.startup(), file()))
        .compose(begun -> serve());
  }

  private Future<SharedConfig> openConfig() {
    ConfigSetup parts =
        new ConfigSetup(
            setup.node(),
            setup.member().wantedName(),
            setup.config(),
            this::members,
            setup.member()::save,
            this::applied,
            events::unchanged);
    return SignedCommands.open(vertx, setup.secret(), InstantSource.system())
        .onSuccess(opened -> signed = opened)
        .compose(opened -> SharedConfig.open(parts, setup.secret(), opened))
        .onSuccess(opened -> sharedConfig = opened);
  }

  /** From here on the others see this member, and ask it to prepare what they push. */
  private Future<Void> enter() {
    setup.node().listen(nodes);
    return sharedConfig()
        .listen()
        .compose(started -> membership.enter(setup.member().wantedName()))
        .onSuccess(entered -> members().forEach(sharedConfig()::greet))
        .onSuccess(entered -> setup.member().onDemand(leases::needed, rows.timer()::wake))
        .compose(entered -> leases.start());
  }

  private Future<Void> serve() {
    SignedCommands opened = Objects.requireNonNull(signed);
    LocalMember member = setup.member();
    bus = new BusCommands(vertx, this::self, this, opened, this::obeyShutdown, member::endSessions);
    queries = new MemberQueries(setup.node(), opened, this::self, setup.member()::answer);
    return loads
        .start()
        .compose(started -> health.start())
        .compose(started -> sources.start())
        .compose(started -> sticky.start())
        .compose(started -> sharedConfig().follow())
        .compose(started -> bus().start())
        .compose(started -> queries().start())
        .compose(started -> events.start())
        .onSuccess(started -> events.joined())
        .onSuccess(started -> setup.member().joined(this::ask));
  }

  /** Takes no more commands and no further revision, and publishes that. */
  public void drainStarted(Duration grace) {
    here(() -> {
          draining = true;
          sharedConfig().drain();
          health.drain();
          events.drainStarted(grace);
          return bus().drain().compose(drained -> sharedConfig().freeze());
        })
        .onFailure(cause -> LOG.error("this member's part in the cluster can't drain", cause));
  }

  public void drainFinished() {
    events.drainFinished();
  }

  /** What the members' probers find, and what agents say. */
  public HealthTable health() {
    return health;
  }

  /** Takes this member's rows out; the process leaves the cluster when its Vert.x is closed. */
  @Override
  public Future<?> stop() {
    Future<Void> none = Future.succeededFuture();
    return Future.join(
            List.of(
                loads.stop(),
                health.stop(),
                sources.stop(),
                sticky.stop(),
                leases.stop(),
                membership.leave(),
                sharedConfig == null ? none : sharedConfig().stop(),
                bus == null ? none : bus().stop(),
                queries == null ? none : queries().stop(),
                events.stop()))
        .otherwiseEmpty();
  }

  /** Publishes an event of this member, which {@code event} is given. */
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
    return new MemberId(setup.node().id(), name == null ? setup.member().wantedName() : name);
  }

  /** Where the other members reach this one; null without a cluster. */
  public @Nullable String address() {
    return setup.node().address();
  }

  /**
   * Why this member is not ready: it has lost the cluster, or has not had the newest revision in
   * force for 10 s. Null = it is ready.
   */
  public @Nullable String trouble() {
    String lost = nodes.trouble();
    return lost != null || sharedConfig == null ? lost : sharedConfig().trouble();
  }

  /** Age of the oldest row of another member that balancing uses; 0 when there is none. */
  public CountTable<Pool> loads() {
    return loads;
  }

  public RowTraffic traffic() {
    return rows.traffic();
  }

  /** Commands that were refused for their signature. */
  public long refusedCommands() {
    SignedCommands opened = signed;
    return opened == null ? 0 : opened.refused();
  }

  /** The member's own file has changed. Fails with a {@link CommandException}. */
  public Future<JsonObject> pushFile(Document file) {
    return change(commands -> commands.pushFile(file, file()));
  }

  @Override
  public Future<JsonObject> push(JsonObject command, String from) {
    return change(commands -> commands.push(command, from));
  }

  @Override
  public Future<JsonObject> get(JsonObject command) {
    return here(() -> sharedConfig().commands().get(command));
  }

  @Override
  public Future<JsonObject> history() {
    return here(() -> sharedConfig().commands().history());
  }

  @Override
  public Future<JsonObject> rollback(JsonObject command, String from) {
    return change(commands -> commands.rollback(command, from));
  }

  @Override
  public Future<JsonObject> set(JsonObject command, String from) {
    return change(commands -> commands.set(command, from));
  }

  @Override
  public Future<Void> shutdown(JsonObject command, String from) {
    LOG.info("{} requested by {}", CommandBodies.shutdownText(command), from);
    return here(() -> bus().publishShutdown(command));
  }

  @Override
  public Future<Void> endSessions(JsonObject command, String from) {
    return here(() -> bus().publishEndSessions(command));
  }

  /** Pools have other backends, with the configuration as it is. */
  public void poolsChanged() {
    loads.changed();
    health.poolsChanged();
    sources.changed();
    sticky.changed();
    leases.changed();
  }

  /** As of {@link MemberQueries#ask}. */
  public Future<JsonObject> ask(String member, JsonObject query) {
    MemberQueries asking = queries;
    return asking == null ? Future.failedFuture("not started") : asking.ask(member, query);
  }

  private void applied(Revision revision, @Nullable Revision superseded) {
    poolsChanged();
    events.applied(revision, superseded);
  }

  private void obeyShutdown(@Nullable Duration grace) {
    events.shutdown(grace);
    setup.member().shutdown(grace);
  }

  private Origin file() {
    String name = self().name();
    return new Origin(Kind.FILE, "file:" + name, "file " + name, null);
  }

  private Future<JsonObject> change(Function<ConfigCommands, Future<JsonObject>> command) {
    return here(
        () -> {
          if (draining) {
            String message = "member " + self().name() + " is draining, ask another one";
            throw new CommandException(CommandException.NO_ANSWER, message);
          }
          return command.apply(sharedConfig().commands());
        });
  }

  private <T> Future<T> here(Supplier<Future<T>> step) {
    return Future.future(
        done ->
            context.runOnContext(
                turn -> Future.succeededFuture().compose(begin -> step.get()).onComplete(done)));
  }

  private SharedConfig sharedConfig() {
    return Objects.requireNonNull(sharedConfig, "not started");
  }

  private MemberQueries queries() {
    return Objects.requireNonNull(queries, "not started");
  }

  private BusCommands bus() {
    return Objects.requireNonNull(bus, "not started");
  }
}
