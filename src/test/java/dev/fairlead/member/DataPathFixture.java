package dev.fairlead.member;

import dev.fairlead.cluster.revision.LocalConfig;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.config.Revision;
import dev.fairlead.config.TlsConfig.ProviderChoice;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.config.text.Document;
import dev.fairlead.member.file.TlsInForce;
import dev.fairlead.net.Transport;
import dev.fairlead.session.SessionListener;
import dev.fairlead.session.limit.SessionCount;
import dev.fairlead.testkit.TestBackend;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** A data path and its {@link LiveConfig}, without anybody who tells it what to do. */
final class DataPathFixture implements AutoCloseable {
  private static final int LOOPS = 2;
  private static final int MAX_SESSIONS = 100;

  /** The revisions in force, as they were reported. */
  final List<Long> told = new ArrayList<>();

  final Vertx vertx;
  final Proxy proxy;
  final LiveConfig live;

  /** Skips the test where the transport does not work. */
  DataPathFixture(TransportKind kind, TestBackend backend) {
    Transport transport = null;
    try {
      transport = Transport.of(kind);
    } catch (Transport.UnavailableException e) {
      Assumptions.abort("skipped: " + e.getMessage());
    }
    vertx =
        Vertx.builder()
            .withTransport(transport)
            .with(new VertxOptions().setEventLoopPoolSize(LOOPS))
            .build();
    proxy =
        new Proxy(
            vertx,
            EventLoops.deploy(
                    vertx, transport, LOOPS, SessionListener.NONE, new SessionCount(MAX_SESSIONS))
                .await(),
            new TlsInForce(ProviderChoice.AUTO, List.of(), InstantSource.system()));
    ConfigLoader loader = new ConfigLoader(Map.of(), List.of());
    ConfigText text = new ConfigText("own", ConfigFormat.YAML, listening(backend), Path.of("/"));
    live =
        new LiveConfig(
            vertx,
            proxy,
            new LiveConfig.OwnConfig(text, loader.load(text).config(), loader),
            inForce -> told.add(inForce.revision().revision()));
  }

  /** A configuration with these listeners: {@code web=127.0.0.1:0}. */
  static String listening(TestBackend backend, String... listeners) {
    StringBuilder text = new StringBuilder("listeners:");
    for (String listener : listeners) {
      String[] parts = listener.split("=", 2);
      text.append("\n  - { name: ").append(parts[0]).append(", bind: '").append(parts[1]);
      text.append("', pool: web }");
    }
    text.append(listeners.length == 0 ? " []\n" : "\n");
    return text + "pools: [{ name: web, backends: [{ " + backend.keys() + " }] }]\n";
  }

  LocalConfig.PreparedChange prepare(String text) {
    return live.prepare(Document.of(ConfigFormat.YAML, text)).await();
  }

  void commit(LocalConfig.PreparedChange prepared, long number, String text) {
    prepared.commit(revision(number, text)).await();
  }

  void putInForce(long number, String text) {
    commit(prepare(text), number, text);
  }

  /** The number in force. */
  long revision() {
    return live.inForce().revision().revision();
  }

  /** Where the IPv4 listener of that name accepts. */
  InetSocketAddress address(String listener) {
    String shown = proxy.addresses().get(listener);
    int colon = shown.lastIndexOf(':');
    return new InetSocketAddress(
        shown.substring(0, colon), Integer.parseInt(shown.substring(colon + 1)));
  }

  private static Revision revision(long number, String text) {
    return new Revision(
        number,
        "id-" + number,
        "",
        Instant.EPOCH,
        new Revision.Origin(null, "test", "test", null),
        ConfigFormat.YAML,
        text,
        "",
        List.of());
  }

  @Override
  public void close() {
    proxy.loops().endSessions(Duration.ZERO);
    proxy.stop().await();
    vertx.close().await();
  }
}
