package dev.fairlead.member;

import dev.fairlead.admin.AdminVerticle;
import dev.fairlead.admin.MemberView;
import dev.fairlead.cluster.ClusterVerticle;
import dev.fairlead.cluster.node.ClusterException;
import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.node.HazelcastNode;
import dev.fairlead.cluster.node.LoneNode;
import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.Problem;
import dev.fairlead.config.bind.ConfigJson;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.config.bind.LoadResult;
import dev.fairlead.config.text.ConfigFiles;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.Commands;
import dev.fairlead.event.MemberId;
import dev.fairlead.event.SystemEvent;
import dev.fairlead.net.Transport;
import dev.fairlead.observe.AccessLog;
import dev.fairlead.observe.Metrics;
import dev.fairlead.pool.Backend;
import dev.fairlead.session.SessionListener;
import dev.fairlead.session.limit.SessionCount;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Fairlead process: makes its parts, starts them in order, and stops them the other way round.
 * Methods may be called from any thread that is no event loop.
 */
public final class Member {
  private static final Logger LOG = LoggerFactory.getLogger(Member.class);

  /** Workers are for files and DNS only; each thread that was used once stays. */
  private static final int WORKERS = 4;

  private final Vertx vertx;
  private final AccessLog accessLog;
  private final Metrics metrics;
  private final Proxy proxy;
  private final Drain drain;
  private final LiveConfig live;
  private final KeptRevisions kept;
  private final BackendCare care;
  private final ClusterVerticle cluster;
  private final FileChanges changes;
  private final ConfigFile file;
  private final MemberReport report;
  private final AdminVerticle admin;

  /** Null until it is deployed. */
  private String clusterDeployment;

  private Member(Parts parts, Proxy proxy, BackendCare care) {
    this.vertx = parts.node().vertx();
    this.care = care;
    this.accessLog = parts.accessLog();
    this.metrics = parts.metrics();
    this.proxy = proxy;
    LiveConfig.Own own = parts.own();
    this.live = new LiveConfig(vertx, proxy, own, this::inForce);
    this.kept = parts.start().kept();
    this.cluster =
        new ClusterVerticle(
            new ClusterVerticle.Parts(
                parts.node(),
                new ThisMember(
                    MemberName.wanted(own.config().node()),
                    new ThisMember.Parts(proxy, kept, care, this::report, this::drain)),
                live,
                parts.start().beginning(),
                parts.start().secret()));
    this.drain = new Drain(vertx, proxy, own.config().node().shutdown(), cluster::drainStarted);
    this.changes = new FileChanges(vertx, cluster, live, new FileChanges.Kept(own.text(), kept));
    this.file = new ConfigFile(vertx, own.text(), own.loader(), changes);
    this.report =
        new MemberReport(
            new MemberReport.Parts(proxy, live, drain, cluster),
            new MemberReport.OwnFile(
                own.text().name(), changes::digest, own.config().cluster().enabled()));
    this.admin =
        new AdminVerticle(
            own.config().node().admin(),
            new AdminVerticle.Sources(
                report, metrics::scrape, ConfigJson::dynamicPart, cluster, new BusEvents(vertx)));
  }

  /** What is there before the data path. */
  private record Parts(
      LiveConfig.Own own,
      StartState start,
      ClusterNode node,
      AccessLog accessLog,
      Metrics metrics) {}

  /**
   * Starts a member with the configuration in {@code path}; returns when it takes clients.
   *
   * @throws StartException when it can't; nothing is left behind then
   */
  public static Member start(Path path, ConfigLoader loader) {
    ConfigFiles.Reading reading = ConfigFiles.read(path);
    if (reading.text() == null) {
      throw new StartException(List.of(reading.problem().toString()), null);
    }
    LoadResult result = loader.load(reading.text());
    if (!result.isValid()) {
      throw new StartException(result.problems().stream().map(Problem::toString).toList(), null);
    }
    LogLevels.set(result.config().node().logLevel());
    return start(new LiveConfig.Own(reading.text(), result.config(), loader));
  }

  private static Member start(LiveConfig.Own own) {
    NodeConfig node = own.config().node();
    StartState start;
    Transport transport;
    AccessLog accessLog;
    try {
      start = StartState.read(own);
      transport = Transport.of(node.transport());
      accessLog = new AccessLog(node.accessLog());
    } catch (Transport.UnavailableException | IllegalStateException | IOException e) {
      throw new StartException(List.of(own.text().name() + ": " + e.getMessage()), e);
    }
    int loops = eventLoops(node);
    Metrics metrics = new Metrics();
    ClusterNode joined = null;
    try {
      joined = join(own.config().cluster(), transport, options(loops));
      Parts parts = new Parts(own, start, joined, accessLog, metrics);
      return startParts(parts, transport, loops);
    } catch (Exception e) {
      if (joined != null) {
        joined.vertx().close().await();
      }
      accessLog.close();
      metrics.close();
      throw failed(own.text(), e);
    }
  }

  private static ClusterNode join(
      ClusterConfig cluster, Transport transport, VertxOptions options) {
    VertxBuilder builder = Vertx.builder().withTransport(transport.vertx());
    return cluster.enabled()
        ? HazelcastNode.join(cluster, builder, options)
        : new LoneNode(builder.with(options).build());
  }

  private static Member startParts(Parts parts, Transport transport, int loops) throws Exception {
    Vertx vertx = parts.node().vertx();
    BackendCare care = new BackendCare(vertx, transport);
    Proxy proxy =
        Proxy.deploy(
                vertx,
                new Proxy.Parts(
                    transport,
                    loops,
                    SessionListener.all(parts.metrics(), parts.accessLog(), care)),
                new SessionCount(OpenFiles.maxSessions(parts.own().config().node())))
            .await();
    Member member = new Member(parts, proxy, care);
    member.observe();
    care.start(proxy, new ClusterNews(member.cluster));
    // The admin listener comes first, so that whoever waits for readiness has somebody to ask.
    vertx.deployVerticle(member.admin).await();
    member.clusterDeployment =
        vertx.deployVerticle(member.cluster, ClusterVerticle.deployment()).await();
    member.file.watch();
    if (parts.own().config().cluster().enabled() && parts.node().nodes().size() == 1) {
      LOG.warn(
          "nobody else of cluster {} was found: this member begins it",
          parts.own().config().cluster().name());
    }
    LOG.info(
        "ready: {} event loops on {}, listening on {}, {} of {} members, admin port {}",
        loops,
        transport.label(),
        proxy.addresses(),
        member.cluster.self().name(),
        member.cluster.members().size(),
        member.admin.port());
    return member;
  }

  /** What becomes of backends goes to all members. */
  private record ClusterNews(ClusterVerticle cluster) implements BackendCare.News {
    @Override
    public void publish(Function<MemberId, SystemEvent> event) {
      cluster.publish(event);
    }

    @Override
    public void decided(Backend backend, boolean up, String reason) {
      cluster.verdict(backend, up, reason);
    }
  }

  public MemberView view() {
    return report;
  }

  /** What the cluster obeys, said through this member. */
  public Commands commands() {
    return cluster;
  }

  /** Null while this member is made. */
  private MemberReport report() {
    return report;
  }

  /** The addresses of the listeners as bound, with their real ports, by name of the listener. */
  public Map<String, String> addresses() {
    return proxy.addresses();
  }

  public int adminPort() {
    return admin.port();
  }

  /** Reads the configuration file again and opens the access log anew, as SIGHUP asks. */
  public void reload() {
    file.reread();
    accessLog.reopen();
  }

  /** Begins to drain; asked again, ends all sessions at once. Succeeds when no session is left. */
  public Future<Void> drain() {
    return drain(null);
  }

  private Future<Void> drain(Duration grace) {
    return drain.begin(grace);
  }

  /** Succeeds when a drain begins, with the time after which no session is left. */
  public Future<Duration> draining() {
    return drain.started();
  }

  /** Succeeds when a drain is done, whether a signal or the cluster asked for it. */
  public Future<Void> drained() {
    return drain.drained();
  }

  /**
   * Stops what is left after a drain: this member's rows are taken out, the cluster is left, the
   * last lines of the access log are written. Blocks.
   */
  public void stop() {
    file.stop();
    cluster.drainFinished();
    vertx.undeploy(clusterDeployment).await();
    care.stop();
    proxy.stop();
    vertx.close().await();
    accessLog.close();
    metrics.close();
    LOG.info("stopped");
  }

  private void observe() {
    proxy.onPoolsChanged(this::poolsChanged);
    metrics.accessLogDropped(accessLog::dropped);
    metrics.cluster(() -> cluster.members().size(), cluster::loadViewAgeSeconds);
    metrics.clusterTraffic(cluster.traffic()::messages, cluster.traffic()::bytes);
    metrics.commandsRefused(cluster::refusedCommands);
    for (int i = 0; i < proxy.verticles().size(); i++) {
      var verticle = proxy.verticles().get(i);
      metrics.eventLoop(
          String.valueOf(i), () -> verticle.lagNanos() / (double) Duration.ofSeconds(1).toNanos());
    }
  }

  private void inForce(MemberView.InForce inForce) {
    count(inForce);
    metrics.revision(inForce.revision().revision());
    changes.inForce(inForce.revision());
  }

  private void poolsChanged() {
    count(live.inForce());
    cluster.poolsChanged();
  }

  private void count(MemberView.InForce inForce) {
    metrics.apply(
        inForce.config().listeners().stream()
            .map(listener -> proxy.countersOf(listener.name()))
            .toList(),
        proxy.pools());
    metrics.applyLimits(proxy.limiters());
  }

  private static VertxOptions options(int eventLoops) {
    return new VertxOptions()
        .setEventLoopPoolSize(eventLoops)
        .setWorkerPoolSize(WORKERS)
        .setInternalBlockingPoolSize(WORKERS)
        .setFileSystemOptions(
            new FileSystemOptions()
                .setFileCachingEnabled(false)
                .setClassPathResolvingEnabled(false));
  }

  private static int eventLoops(NodeConfig node) {
    return node.eventLoops() == NodeConfig.AUTO
        ? Runtime.getRuntime().availableProcessors()
        : node.eventLoops();
  }

  private static StartException failed(ConfigText text, Exception e) {
    if (e instanceof ClusterException refused) {
      Problem problem = new Problem(text.name(), 0, refused.path(), refused.getMessage());
      return new StartException(List.of(problem.toString()), e);
    }
    if (e instanceof CommandException refused) {
      List<String> lines =
          refused.problems().stream()
              .map(each -> new Problem(text.name(), each.line(), each.path(), each.message()))
              .map(Problem::toString)
              .toList();
      return new StartException(lines, e);
    }
    LOG.debug("start failed", e);
    return new StartException(List.of(text.name() + ": " + e.getMessage()), e);
  }
}
