package dev.fairlead.member;

import dev.fairlead.admin.AdminVerticle;
import dev.fairlead.config.ConfigFiles;
import dev.fairlead.config.ConfigJson;
import dev.fairlead.config.ConfigLoader;
import dev.fairlead.config.ConfigText;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.LoadResult;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.Problem;
import dev.fairlead.listener.ListenException;
import dev.fairlead.listener.ListenerVerticle;
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
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Fairlead process: makes its parts, starts them in order and stops them in the opposite one. Methods may be called from
 * any thread.
 */
public final class Member {
  private static final Logger LOG = LoggerFactory.getLogger(Member.class);

  /** Worker threads are for files and DNS only, so few will do; each one that was ever used stays. */
  private static final int WORKERS = 4;

  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Vertx vertx;
  private final AccessLog accessLog;
  private final Metrics metrics;
  private final MemberReport report;
  private final Proxy proxy;
  private final Drain drain;
  private final LiveConfig live;
  private final ConfigFile file;
  private Future<Void> stopped;

  private Member(Start start, Proxy proxy) {
    this.vertx = start.vertx;
    this.accessLog = start.accessLog;
    this.metrics = start.metrics;
    this.proxy = proxy;
    this.drain = new Drain(vertx, proxy, start.config.node().shutdown());
    MemberName name = MemberName.of(start.config.node());
    this.live = new LiveConfig(proxy, "file:" + name.name(), this::inForce);
    this.file = new ConfigFile(vertx, start.text, start.loader, live);
    this.report = new MemberReport(name, start, proxy, live, drain);
  }
}
