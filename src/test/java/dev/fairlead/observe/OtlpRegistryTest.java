package dev.fairlead.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.fairlead.config.NodeConfig.MetricsConfig;
import dev.fairlead.config.NodeConfig.MetricsConfig.OtlpTarget;
import dev.fairlead.session.CloseReason;
import dev.fairlead.session.CountersFixture;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that an OpenTelemetry receiver gets what is scraped. Provoked by a receiver that decodes
 * the requests of a member. A failure would look like a metric that is missing or of another unit.
 */
class OtlpRegistryTest {
  private final Queue<ExportMetricsServiceRequest> received = new ConcurrentLinkedQueue<>();
  private final Queue<String> authorizations = new ConcurrentLinkedQueue<>();
  private HttpServer receiver;

  @BeforeEach
  void listen() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext("/v1/metrics", this::receive);
    receiver.start();
  }

  @AfterEach
  void close() {
    receiver.stop(0);
  }

  private void receive(HttpExchange exchange) throws IOException {
    authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    received.add(ExportMetricsServiceRequest.parseFrom(exchange.getRequestBody()));
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private Metrics sending(Duration interval) {
    String url = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/v1/metrics";
    OtlpTarget target = new OtlpTarget(url, interval, Map.of("Authorization", "Bearer secret"));
    return new Metrics(new MetricsConfig(500, target), () -> "m1");
  }

  private ResourceMetrics last() {
    return received.stream().reduce((one, next) -> next).orElseThrow().getResourceMetrics(0);
  }

  private static Map<String, Metric> byName(ResourceMetrics resource) {
    return resource.getScopeMetricsList().stream()
        .flatMap(scope -> scope.getMetricsList().stream())
        .collect(Collectors.toMap(Metric::getName, metric -> metric, (one, other) -> one));
  }

  private static Map<String, String> labels(List<KeyValue> attributes) {
    return attributes.stream()
        .collect(Collectors.toMap(KeyValue::getKey, each -> each.getValue().getStringValue()));
  }

  @Test
  void whatIsCountedIsSentWithItsNameAndUnit() {
    try (Metrics metrics = sending(Duration.ofHours(1))) {
      metrics.apply(List.of(new CountersFixture("web").opened("api").counters()), List.of());
      metrics.closed(CloseReason.DRAIN);
      metrics.connected(null, TimeUnit.MILLISECONDS.toNanos(250));
    }
    // Closing sends once more.
    assertThat(authorizations).contains("Bearer secret");
    assertThat(labels(last().getResource().getAttributesList()))
        .containsEntry("service.name", "fairlead")
        .containsEntry("service.instance.id", "m1");
    Map<String, Metric> sent = byName(last());
    Metric active = sent.get("fairlead_sessions_active");
    assertThat(active.getGauge().getDataPoints(0).getAsDouble()).isEqualTo(1);
    assertThat(labels(active.getGauge().getDataPoints(0).getAttributesList()))
        .containsExactly(Map.entry("listener", "web"));
    Metric closed = sent.get("fairlead_session_closed_total");
    assertThat(closed.getSum().getAggregationTemporality())
        .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
    assertThat(closed.getSum().getDataPointsList())
        .filteredOn(point -> labels(point.getAttributesList()).containsValue("drain"))
        .singleElement()
        .satisfies(point -> assertThat(point.getAsDouble()).isEqualTo(1));
    Metric connect = sent.get("fairlead_backend_connect_seconds");
    assertThat(connect.getHistogram().getDataPoints(0).getSum()).isEqualTo(0.25);
    assertThat(sent).containsKeys("jvm.memory.used", "process.files.open");
  }

  @Test
  void theyAreSentEveryInterval() {
    try (Metrics metrics = sending(Duration.ofMillis(50))) {
      await().until(() -> received.size() >= 3);
      assertThat(metrics.scrape()).contains("fairlead_members 1.0");
    }
  }

  @Test
  void theScrapeIsTheSameWithIt() {
    try (Metrics plain = new Metrics();
        Metrics sending = sending(Duration.ofHours(1))) {
      assertThat(names(sending.scrape())).isEqualTo(names(plain.scrape()));
    }
  }

  private static List<String> names(String scrape) {
    return scrape.lines().filter(line -> line.startsWith("# TYPE fairlead_")).sorted().toList();
  }
}
