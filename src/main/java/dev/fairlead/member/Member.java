package dev.fairlead.member;

import ch.qos.logback.classic.Level;
import dev.fairlead.admin.AdminVerticle;
import dev.fairlead.admin.MemberView;
import dev.fairlead.config.ConfigFiles;
import dev.fairlead.config.ConfigJson;
import dev.fairlead.config.ConfigLoader;
import dev.fairlead.config.ConfigText;
import dev.fairlead.config.LoadResult;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.Problem;
import dev.fairlead.event.CommandException;
import dev.fairlead.net.Transport;
import dev.fairlead.observe.AccessLog;
import dev.fairlead.observe.Metrics;
import dev.fairlead.session.SessionCount;
import dev.fairlead.session.SessionListener;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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

  /** Below this somebody has probably forgotten to raise a limit. */
  private static final int FEW_SESSIONS = 256;

  private final Vertx vertx;
  private final AccessLog accessLog;
  private final Metrics metrics;
  private final Proxy proxy;
  private final Drain drain;
  private final LiveConfig live;
  private final FileChanges changes;
  private final ConfigFile file;
  private final MemberReport report;
  private final AdminVerticle admin;

  private Member(Parts parts, Proxy proxy) {
    MemberName name = MemberName.of(parts.node());
    this.vertx = parts.vertx();
    this.accessLog = parts.accessLog();
    this.metrics = parts.metrics();
    this.proxy = proxy;
    this.drain = new Drain(vertx, proxy, parts.node().shutdown());
    this.live = new LiveConfig(vertx, proxy, parts.own(), this::inForce);
    this.changes = new FileChanges(live, name.name());
    this.file = new ConfigFile(vertx, parts.own().text(), parts.own().loader(), changes);
    this.report = new MemberReport(name, parts.own().text().name(), proxy, live, drain);
    this.admin =
        new AdminVerticle(
            parts.node().admin(),
            new AdminVerticle.Sources(
                report,
                metrics::scrape,
                ConfigJson::dynamicPart,
                new NoCluster(),
                new BusEvents(vertx)));
  }

  /** What is there before the data path. */
  private record Parts(LiveConfig.Own own, Vertx vertx, AccessLog accessLog, Metrics metrics) {
    NodeConfig node() {
      return own.config().node();
    }
  }

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
    logLevel(result.config().node().logLevel());
    return start(new LiveConfig.Own(reading.text(), result.config(), loader));
  }

  private static Member start(LiveConfig.Own own) {
    NodeConfig node = own.config().node();
    Transport transport;
    AccessLog accessLog;
    try {
      transport = Transport.of(node.transport());
      accessLog = new AccessLog(node.accessLog());
    } catch (Transport.UnavailableException | IOException e) {
      throw new StartException(List.of(own.text().name() + ": " + e.getMessage()), e);
    }
    int loops = eventLoops(node);
    Vertx vertx = Vertx.builder().withTransport(transport.vertx()).with(options(loops)).build();
    Parts parts = new Parts(own, vertx, accessLog, new Metrics());
    try {
      return startParts(parts, transport, loops);
    } catch (Exception e) {
      vertx.close().await();
      accessLog.close();
      parts.metrics().close();
      throw failed(own.text(), e);
    }
  }

  private static Member startParts(Parts parts, Transport transport, int loops) throws Exception {
    Proxy proxy =
        Proxy.deploy(
                parts.vertx(),
                new Proxy.Parts(
                    transport, loops, SessionListener.all(parts.metrics(), parts.accessLog())),
                new SessionCount(maxSessions(parts.node())))
            .await();
    Member member = new Member(parts, proxy);
    member.observe();
    // The admin listener comes first, so that whoever waits for readiness has somebody to ask.
    parts.vertx().deployVerticle(member.admin).await();
    member.changes.start(parts.own().text()).await();
    member.file.watch();
    LOG.info(
        "ready: {} event loops on {}, listening on {}, admin port {}",
        loops,
        transport.label(),
        proxy.addresses(),
        member.admin.port());
    return member;
  }

  public MemberView view() {
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
    return drain.begin();
  }

  /** Stops what is left after a drain, and writes the last lines of the access log. Blocks. */
  public void stop() {
    file.stop();
    proxy.stop();
    vertx.close().await();
    accessLog.close();
    metrics.close();
    LOG.info("stopped");
  }

  private void observe() {
    metrics.accessLogDropped(accessLog::dropped);
    for (int i = 0; i < proxy.verticles().size(); i++) {
      var verticle = proxy.verticles().get(i);
      metrics.eventLoop(
          String.valueOf(i), () -> verticle.lagNanos() / (double) Duration.ofSeconds(1).toNanos());
    }
  }

  private void inForce(MemberView.InForce inForce) {
    metrics.apply(
        inForce.config().listeners().stream()
            .map(listener -> proxy.countersOf(listener.name()))
            .toList(),
        proxy.pools());
    metrics.revision(inForce.revision().revision());
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

  private static int maxSessions(NodeConfig node) {
    int possible = OpenFiles.sessions();
    if (node.maxSessions() > possible) {
      LOG.warn(
          "node.maxSessions {} is more than the limit of open files allows: {}",
          node.maxSessions(),
          possible);
    } else if (node.maxSessions() == NodeConfig.AUTO && possible < FEW_SESSIONS) {
      LOG.warn("the limit of open files allows only {} sessions (ulimit -n)", possible);
    }
    return node.maxSessions() == NodeConfig.AUTO ? possible : node.maxSessions();
  }

  /** Ours at the level that is asked for; what we are built on never says more than info. */
  private static void logLevel(NodeConfig.LogLevel level) {
    Level wanted = Level.valueOf(level.name());
    logger("dev.fairlead").setLevel(wanted);
    logger(Logger.ROOT_LOGGER_NAME)
        .setLevel(wanted.isGreaterOrEqual(Level.INFO) ? wanted : Level.INFO);
  }

  private static ch.qos.logback.classic.Logger logger(String name) {
    return (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(name);
  }

  private static StartException failed(ConfigText text, Exception e) {
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
