package dev.fairlead.member;

import dev.fairlead.admin.AdminVerticle;
import dev.fairlead.admin.MemberView;
import dev.fairlead.cluster.ClusterSetup;
import dev.fairlead.cluster.ClusterVerticle;
import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.node.HazelcastNode;
import dev.fairlead.cluster.node.LoneNode;
import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.Plural;
import dev.fairlead.config.Problem;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.config.bind.ConfigLoader.LoadResult;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.event.Commands;
import dev.fairlead.member.file.ReferencedFiles;
import dev.fairlead.member.file.TlsInForce;
import dev.fairlead.net.Transport;
import dev.fairlead.net.tls.TlsProvider;
import dev.fairlead.observe.AccessLog;
import dev.fairlead.observe.Metrics;
import dev.fairlead.observe.ProcessLogs;
import dev.fairlead.session.SessionListener;
import dev.fairlead.session.limit.SessionCount;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Fairlead process. {@link #start(LiveConfig.OwnConfig, StopSequence)} is the start order; each
 * part registers its stop there, and {@link #stop} runs these in reverse order. Methods may be
 * called from any thread except event loops.
 */
public final class Member {
  private static final Logger LOG = LoggerFactory.getLogger(Member.class);

  /**
   * Workers run file I/O, DNS and the building of pools. More would shorten a reload with many host
   * names at the expense of memory: a thread that was used once stays.
   */
  private static final int WORKERS = 4;

  private final StopSequence stops;
  private final ProcessLogs logs;
  private final AccessLog accessLog;
  private final MemberMetrics measured;
  private final Proxy proxy;
  private final Drain drain;
  private final LiveConfig live;
  private final ClusterVerticle cluster;
  private final Rebalancer rebalancer;
  private final FileChanges changes;
  private final ConfigFile file;
  private final MemberReport report;
  private final AdminVerticle admin;

  /**
   * Starts a member with the configuration in {@code path}; returns when it accepts clients.
   *
   * @throws StartException if it cannot start; everything already started is stopped then
   */
  public static Member start(Path path, ConfigLoader loader) {
    ConfigText text;
    try {
      text = ConfigText.read(path);
    } catch (IOException e) {
      throw StartException.unreadable(e);
    }
    LoadResult result = loader.load(text);
    if (!result.isValid()) {
      throw StartException.of(result.problems());
    }
    List<Problem> logs = ReferencedFiles.logFiles(text.name(), result.config().node());
    if (!logs.isEmpty()) {
      throw StartException.of(loader.placed(text, logs));
    }
    LiveConfig.OwnConfig own = new LiveConfig.OwnConfig(text, result.config(), loader);
    StopSequence stops = new StopSequence();
    boolean started = false;
    try {
      Member member = start(own, stops);
      started = true;
      return member;
    } catch (Exception e) {
      LOG.debug("start failed", e);
      throw StartException.of(own.text(), e);
    } finally {
      if (!started) {
        stops.run();
      }
    }
  }

  /** What exists before the data path. */
  private record Foundation(
      LiveConfig.OwnConfig own,
      StartState start,
      ClusterNode node,
      ProcessLogs logs,
      AccessLog accessLog,
      Metrics metrics,
      TrafficMeter meter) {}

  private static Member start(LiveConfig.OwnConfig own, StopSequence stops) throws Exception {
    TlsProvider.refuseRenegotiation();
    NodeConfig node = own.config().node();
    ProcessLogs logs = with(stops, ProcessLogs.apply(node, LocalMemberAdapter.wantedName(node)));
    int loops = eventLoops(node);
    StartState state = StartState.read(own);
    Transport transport = Transport.of(node.transport(), OpenFiles.pipes(node));
    AccessLog accessLog = with(stops, AccessLog.open(node.accessLog()));
    Metrics metrics =
        with(stops, new Metrics(node.metrics(), () -> LocalMemberAdapter.wantedName(node)));
    Future<Integer> rehearsal = rehearse(stops, own.config(), transport, loops);
    ClusterNode joined = join(own.config().cluster(), transport, options(loops));
    Vertx vertx = joined.vertx();
    stops.add(() -> vertx.close().await());
    BlockedThreads.watch(vertx);
    TrafficMeter meter = new TrafficMeter(System::nanoTime);
    BackendHealth health = new BackendHealth(vertx, transport);
    SessionListener listener = SessionListener.all(metrics, accessLog, health, meter);
    SessionCount count = new SessionCount(OpenFiles.maxSessions(own.config(), loops));
    TlsInForce tls = new TlsInForce(node.tlsProvider(), secrets(state), InstantSource.system());
    Proxy proxy =
        new Proxy(vertx, EventLoops.deploy(vertx, transport, loops, listener, count).await(), tls);
    stops.add(() -> proxy.stop().await());
    Foundation foundation = new Foundation(own, state, joined, logs, accessLog, metrics, meter);
    Member member = new Member(foundation, proxy, health, stops);
    member.observe();
    health.start(proxy, new ClusterReports(member.cluster));
    stops.add(health::stop);
    // Before the cluster, so that readiness probes get an answer while the member starts.
    vertx.deployVerticle(member.admin).await();
    // Before other members or clients count on this one.
    rehearsal.await();
    stops.add(state.kept().retryOn(vertx));
    String deployment = vertx.deployVerticle(member.cluster, ClusterVerticle.deployment()).await();
    stops.add(() -> vertx.undeploy(deployment).await());
    member.file.watch();
    stops.add(member.file::stop);
    member.logReady(own.config().cluster(), joined);
    return member;
  }

  private static <T extends AutoCloseable> T with(StopSequence stops, T part) {
    stops.add(part);
    return part;
  }

  private Member(Foundation foundation, Proxy proxy, BackendHealth health, StopSequence stops) {
    this.stops = stops;
    this.logs = foundation.logs();
    this.accessLog = foundation.accessLog();
    this.measured = new MemberMetrics(foundation.metrics(), proxy);
    this.proxy = proxy;
    Vertx vertx = foundation.node().vertx();
    LiveConfig.OwnConfig own = foundation.own();
    StartState start = foundation.start();
    this.live = new LiveConfig(vertx, proxy, own, this::inForce);
    LocalMemberAdapter self =
        new LocalMemberAdapter(
            LocalMemberAdapter.wantedName(own.config().node()),
            proxy,
            start.kept(),
            health,
            this::report,
            this::endSessions,
            this::drain);
    this.cluster =
        new ClusterVerticle(
            new ClusterSetup(foundation.node(), self, live, start.startup(), start.secret()));
    this.rebalancer = new Rebalancer(vertx, proxy, cluster);
    stops.add(rebalancer::stop);
    this.drain = new Drain(vertx, proxy, own.config().node().shutdown(), cluster::drainStarted);
    this.changes = new FileChanges(vertx, cluster, live, own.text(), start.kept());
    this.file = new ConfigFile(vertx, own.text(), own.loader(), changes);
    LiveReports reports = LiveReports.of(vertx, foundation.meter());
    this.report =
        new MemberReport(
            Instant.now(), proxy, live, drain, cluster, accessLog, reports, ownFile(own));
    this.admin =
        new AdminVerticle(
            own.config().node().admin(),
            reports.access(report, foundation.metrics()::scrape, cluster));
  }

  private MemberReport.OwnFile ownFile(LiveConfig.OwnConfig own) {
    return new MemberReport.OwnFile(
        own.text().name(), changes::digest, own.config().cluster().enabled());
  }

  private static List<byte[]> secrets(StartState state) {
    return state.secret() == null ? List.of() : state.secret().bytes();
  }

  private static ClusterNode join(
      ClusterConfig cluster, Transport transport, VertxOptions options) {
    VertxBuilder builder = Vertx.builder().withTransport(transport);
    return cluster.enabled()
        ? HazelcastNode.join(cluster, builder, options)
        : new LoneNode(builder.with(options).build());
  }

  /** Beside what follows in the start. */
  private static Future<Integer> rehearse(
      StopSequence stops, FairleadConfig config, Transport transport, int loops) {
    Future<Integer> rehearsal =
        Rehearsal.begin(
            () -> Vertx.builder().withTransport(transport).with(options(loops)).build(),
            Rehearsal.Part.of(config, transport, loops));
    stops.add(rehearsal::await);
    return rehearsal;
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

  private void logReady(ClusterConfig config, ClusterNode node) {
    if (config.enabled() && node.nodes().size() == 1) {
      LOG.warn("no other member of cluster {} was found: this member starts it", config.name());
    }
    LOG.info(
        "ready: {} on {}, listening on {}, {} of {}, admin port {}",
        Plural.of(proxy.loops().verticles().size(), "event loop"),
        proxy.loops().transport().name(),
        proxy.addresses(),
        cluster.self().name(),
        Plural.of(cluster.members().size(), "member"),
        admin.port());
  }

  public MemberView view() {
    return report;
  }

  /** The commands of the cluster, sent through this member. */
  public Commands commands() {
    return cluster;
  }

  private MemberReport report() {
    return report;
  }

  /** The bound addresses of the listeners, with real ports, by listener. */
  public Map<String, String> addresses() {
    return proxy.addresses();
  }

  public int adminPort() {
    return admin.port();
  }

  /** Re-reads the configuration file and reopens the files of the logs, as SIGHUP does. */
  public void reload() {
    file.reread();
    accessLog.reopen();
    logs.reopen();
  }

  /** Begins to drain; a second call ends all sessions at once. Succeeds when no session is left. */
  public Future<Void> drain() {
    return drain(null);
  }

  private Future<Void> drain(@Nullable Duration grace) {
    return drain.begin(grace);
  }

  /** Succeeds when a drain begins, with the time after which no session is left. */
  public Future<Duration> draining() {
    return drain.started();
  }

  /** Succeeds when a drain has finished, whether a signal or the cluster started it. */
  public Future<Void> drained() {
    return drain.drained();
  }

  /**
   * Stops the member after a drain: removes its rows, leaves the cluster and writes the last lines
   * of the access log. Blocks.
   */
  public void stop() {
    cluster.drainFinished();
    stops.run();
    LOG.info("stopped");
  }

  private void observe() {
    logs.member(() -> cluster.self().name());
    proxy.onPoolsChanged(this::poolsChanged);
    measured.observe(cluster, accessLog, logs);
    accessLog
        .counts()
        .readFrom(
            proxy.loops().count()::live, name -> proxy.stats().of(name).active(), proxy::pools);
  }

  private void inForce(MemberView.InForce inForce) {
    measured.export(inForce);
    measured.metrics().revision(inForce.revision().revision());
    new SessionCloser(proxy.loops()).listeners(inForce.config().listeners());
    changes.inForce(inForce.revision());
    rebalancer.start();
  }

  private void endSessions(JsonObject command) {
    rebalancer.obey(command);
  }

  private void poolsChanged() {
    measured.export(live.inForce());
    cluster.poolsChanged();
  }
}
