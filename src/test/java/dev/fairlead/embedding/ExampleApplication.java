package dev.fairlead.embedding;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import io.vertx.spi.cluster.hazelcast.ConfigUtil;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Joins a Fairlead cluster, pushes a configuration, and receives the events that follow. */
public final class ExampleApplication {
  private static final long MAX_WAIT_SECONDS = 30;

  private final Vertx vertx;
  private final String node;
  private final String secret;
  private final BlockingQueue<JsonObject> events = new LinkedBlockingQueue<>();

  private ExampleApplication(Vertx vertx, String node, String secret) {
    this.vertx = vertx;
    this.node = node;
    this.secret = secret;
  }

  /** CLUSTER OWN-HOST MEMBER-HOST:PORT CONFIGURATION.yaml [SECRET-FILE]. */
  public static void main(String[] args) throws Exception {
    String secret = args.length > 4 ? Files.readAllLines(Path.of(args[4])).get(0).strip() : null;
    ExampleApplication application = join(args[0], args[1], args[2], secret);
    try {
      System.out.println(application.report());
      System.out.println(application.push(Files.readString(Path.of(args[3]))));
      System.out.println(application.next("ConfigUpdate"));
    } finally {
      application.leave();
    }
  }

  /**
   * Blocks until this process is in the cluster and receives its events.
   *
   * @param host an address of this machine that the members can reach
   * @param member any member, as {@code host:port} of its cluster.host and cluster.port
   * @param secret the first line of cluster.secretFile, null = the cluster has none
   */
  static ExampleApplication join(String cluster, String host, String member, String secret)
      throws Exception {
    HazelcastClusterManager manager = new HazelcastClusterManager(config(cluster, host, member));
    EventBusOptions bus = new EventBusOptions().setHost(host);
    Vertx vertx =
        Vertx.builder()
            .with(new VertxOptions().setEventBusOptions(bus))
            .withClusterManager(manager)
            .buildClustered()
            .await(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
    ExampleApplication application = new ExampleApplication(vertx, manager.getNodeId(), secret);
    application.listen();
    return application;
  }

  private static Config config(String cluster, String host, String member) {
    Config config = ConfigUtil.loadConfig(); // has the maps of Vert.x
    config.setClusterName(cluster);
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.shutdownhook.enabled", "false"); // Vert.x leaves the cluster
    config.setProperty("hazelcast.local.localAddress", host);
    config.addMapConfig(new MapConfig("fairlead.*").setBackupCount(2));
    // The oldest node detects departed nodes, and an application can be the oldest node.
    config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
    config.setProperty("hazelcast.max.no.heartbeat.seconds", "10");
    config.setProperty("hazelcast.merge.first.run.delay.seconds", "5");
    config.setProperty("hazelcast.merge.next.run.delay.seconds", "5");
    JoinConfig join = config.getNetworkConfig().getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true).addMember(member);
    return config;
  }

  private void listen() throws TimeoutException {
    MessageConsumer<JsonObject> consumer = vertx.eventBus().consumer("fairlead.events");
    consumer.handler(event -> events.add(event.body()));
    consumer.completion().await(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
  }

  /** The next event of that type; events before it are skipped. */
  JsonObject next(String type) throws InterruptedException, TimeoutException {
    while (true) {
      JsonObject event = events.poll(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
      if (event == null) {
        throw new TimeoutException("no " + type);
      }
      if (event.getString("type").equals(type)) {
        return event;
      }
    }
  }

  /** Requests the metrics of all members and returns the first report. */
  JsonObject report() throws InterruptedException, TimeoutException {
    vertx.eventBus().publish("fairlead.metrics.report", new JsonObject());
    return next("MetricsReport");
  }

  /**
   * Pushes a new configuration: {revision, applied, missing, undone}, or a ReplyException. Each
   * member that has it in force publishes ConfigUpdate; a document that is already in force makes
   * no new revision, and one event with unchanged: true.
   */
  JsonObject push(String yaml) throws TimeoutException {
    String address = "fairlead.config.push";
    JsonObject command = new JsonObject().put("config", yaml).put("format", "yaml");
    return vertx
        .eventBus()
        .<JsonObject>request(address, secret == null ? command : signed(address, command), from())
        .map(Message::body)
        .await(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
  }

  /** The sender, for the history; members do not verify it. */
  private DeliveryOptions from() {
    return new DeliveryOptions().addHeader("node", node);
  }

  private JsonObject signed(String address, JsonObject command) {
    String text = command.encode();
    String time = Instant.now().toString();
    String nonce = UUID.randomUUID().toString();
    return new JsonObject()
        .put("signed", text)
        .put("time", time)
        .put("nonce", nonce)
        .put("mac", mac(secret, String.join("\n", address, time, nonce, text)));
  }

  static String mac(String secret, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  void leave() {
    vertx.close().await();
  }
}
