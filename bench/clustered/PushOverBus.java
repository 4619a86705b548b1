import com.hazelcast.config.Config;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A Vert.x application that joins a cluster on the loopback interface, says {@code joined}, pushes
 * each configuration that it reads from a line, and prints the answer.
 *
 * <p>Arguments: the cluster's name, and its members as {@code host:port,host:port}. Run by the
 * JDK's source launcher with the jar on its class path.
 */
final class PushOverBus {
  private static final String LOOPBACK = "127.0.0.1";
  private static final long ANSWER_WITHIN_MS = 20_000;

  private PushOverBus() {}

  public static void main(String[] arguments) throws IOException {
    Vertx vertx = join(arguments[0], List.of(arguments[1].split(",")));
    System.out.println("joined");
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      System.out.println(push(vertx, new JsonObject(line)));
    }
    vertx.close().await();
  }

  private static Vertx join(String cluster, List<String> members) {
    EventBusOptions bus = new EventBusOptions().setHost(LOOPBACK);
    return Vertx.builder()
        .with(new VertxOptions().setEventBusOptions(bus))
        .withClusterManager(new HazelcastClusterManager(hazelcast(cluster, members)))
        .buildClustered()
        .await();
  }

  private static Config hazelcast(String cluster, List<String> members) {
    Config config = new Config().setClusterName(cluster);
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.logging.type", "slf4j");
    config.setProperty("hazelcast.socket.bind.any", "false");
    config.setProperty("hazelcast.local.localAddress", LOOPBACK);
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    var network = config.getNetworkConfig();
    network.getJoin().getAutoDetectionConfig().setEnabled(false);
    network.getJoin().getMulticastConfig().setEnabled(false);
    network.getJoin().getTcpIpConfig().setEnabled(true).setMembers(members);
    config.addMapConfig(new MapConfig("fairlead.*").setBackupCount(2));
    // What Vert.x's cluster manager needs of a configuration that is not its own default.
    config.addMapConfig(new MapConfig("__vertx.nodeInfo"));
    config.addMultiMapConfig(
        new MultiMapConfig("__vertx.subs")
            .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
    return config;
  }

  /** The answer, or what went wrong, on one line. */
  private static String push(Vertx vertx, JsonObject configuration) {
    JsonObject body = new JsonObject().put("config", configuration).put("format", "json");
    DeliveryOptions patience = new DeliveryOptions().setSendTimeout(ANSWER_WITHIN_MS);
    try {
      var answer = vertx.eventBus().<JsonObject>request("fairlead.config.push", body, patience);
      return answer.await().body().encode();
    } catch (RuntimeException e) {
      return e.toString();
    }
  }
}
