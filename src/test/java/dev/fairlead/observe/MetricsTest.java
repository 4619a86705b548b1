package dev.fairlead.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.net.tls.ListenerCertificate;
import dev.fairlead.net.tls.ServedCertificates;
import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pools;
import dev.fairlead.session.CloseReason;
import dev.fairlead.session.CountersFixture;
import dev.fairlead.testkit.Allocations;
import dev.fairlead.testkit.PoolConfigs;
import java.lang.ref.WeakReference;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that a scrape shows what members, listeners, pools and backends count, under the
 * documented names. Provoked with counters that change between scrapes and with objects that are
 * removed or replaced. A failure would look like a series that is missing, stale or never removed.
 */
class MetricsTest {
  private final Metrics metrics = new Metrics();

  @AfterEach
  void close() {
    metrics.close();
  }

  private List<String> lines() {
    return metrics.scrape().lines().toList();
  }

  private List<String> lines(String start) {
    return lines().stream().filter(line -> line.startsWith(start)).toList();
  }

  @Test
  void everyReasonIsThereFromTheStart() {
    assertThat(lines("fairlead_session_closed_total{")).hasSize(CloseReason.values().length);
    assertThat(lines()).contains("fairlead_session_closed_total{reason=\"client-closed\"} 0.0");
  }

  @Test
  void theHelpSaysThatRefusedSessionsAreCountedTwice() {
    assertThat(lines("# HELP fairlead_session_closed_total"))
        .singleElement()
        .asString()
        .contains("fairlead_refused_total");
  }

  @Test
  void closeIsCountedByItsReason() {
    metrics.closed(CloseReason.IDLE_TIMEOUT);
    metrics.closed(CloseReason.IDLE_TIMEOUT);
    assertThat(lines())
        .contains(
            "fairlead_session_closed_total{reason=\"idle-timeout\"} 2.0",
            "fairlead_session_closed_total{reason=\"drain\"} 0.0");
  }

  @Test
  void connectTimeIsAHistogramInSeconds() {
    metrics.connected(null, TimeUnit.MILLISECONDS.toNanos(3));
    assertThat(lines())
        .contains(
            "# TYPE fairlead_backend_connect_seconds histogram",
            "fairlead_backend_connect_seconds_bucket{le=\"0.0025\"} 0",
            "fairlead_backend_connect_seconds_bucket{le=\"0.005\"} 1",
            "fairlead_backend_connect_seconds_bucket{le=\"+Inf\"} 1",
            "fairlead_backend_connect_seconds_count 1",
            "fairlead_backend_connect_seconds_sum 0.003");
  }

  @Test
  void listenerMetersReadItsCounters() {
    CountersFixture web = new CountersFixture("web").opened("api").opened("api").opened("site");
    metrics.apply(List.of(web.counters()), pools("api", "site").all());
    web.closed().relayed(10, 2000).refused(CloseReason.NO_BACKEND);
    assertThat(lines())
        .contains(
            "fairlead_sessions_active{listener=\"web\"} 2.0",
            "fairlead_sessions_total{listener=\"web\",pool=\"api\"} 2.0",
            "fairlead_sessions_total{listener=\"web\",pool=\"site\"} 1.0",
            "fairlead_bytes_total{direction=\"from-client\",listener=\"web\"} 10.0",
            "fairlead_bytes_total{direction=\"to-client\",listener=\"web\"} 2000.0",
            "fairlead_refused_total{listener=\"web\",reason=\"no-backend\"} 1.0",
            "fairlead_refused_total{listener=\"web\",reason=\"denied\"} 0.0");
    assertThat(lines("fairlead_refused_total{")).hasSize(MetricNames.REFUSALS.size());
  }

  @Test
  void handshakesAreCountedByResultAndKind() {
    CountersFixture web = new CountersFixture("web");
    metrics.apply(List.of(web.counters()), List.of());
    web.handshake("TLSv1.3", false, 2_000_000).handshake("TLSv1.3", true, 500_000);
    web.handshake("TLSv1.3", true, 500_000).handshakeFailed();
    assertThat(lines())
        .contains(
            handshakes("TLSv1.3", "false", "ok", 1),
            handshakes("TLSv1.3", "true", "ok", 2),
            handshakes("TLSv1.2", "false", "ok", 0),
            handshakes("TLSv1.2", "true", "ok", 0),
            handshakes("none", "none", "failed", 1),
            "fairlead_tls_handshake_seconds_count{listener=\"web\"} 3",
            "fairlead_tls_handshake_seconds_sum{listener=\"web\"} 0.003");
    metrics.apply(List.of(), List.of());
    assertThat(lines("fairlead_tls_")).isEmpty();
  }

  private static String handshakes(String version, String resumed, String result, int count) {
    String labels = "{listener=\"web\",result=\"%s\",resumed=\"%s\",version=\"%s\"} %d.0";
    return "fairlead_tls_handshakes_total" + labels.formatted(result, resumed, version, count);
  }

  @Test
  void certificatesAreThoseOfTheMoment() {
    Instant end = Instant.parse("2027-01-02T03:04:05Z");
    List<ListenerCertificate> now = new ArrayList<>();
    metrics.certificates(() -> List.copyOf(now));
    assertThat(lines("fairlead_certificate_")).isEmpty();
    now.add(certificate(end.plusSeconds(9), "A.example", "ip:10.0.0.1", "dns:A.example"));
    now.add(certificate(end, "b.example", "dns:a.example", "dns:b.example"));
    now.add(certificate(end, "c.example"));
    assertThat(lines("fairlead_certificate_"))
        .containsExactlyInAnyOrder(expires("a.example", end), expires("c.example", end));
    now.remove(2);
    now.set(1, certificate(end.plusSeconds(60), "a.example", "dns:a.example"));
    assertThat(lines("fairlead_certificate_"))
        .containsExactly(expires("a.example", end.plusSeconds(9)));
  }

  private static ListenerCertificate certificate(Instant end, String name, String... names) {
    return ServedCertificates.of("web", end, name, names);
  }

  private static String expires(String name, Instant end) {
    return "fairlead_certificate_expiry_timestamp_seconds{listener=\"web\",name=\"%s\"} %s"
        .formatted(name, (double) end.getEpochSecond());
  }

  @Test
  void backendMetersReadTheBackend() {
    Pools pools = Pools.NONE.next(List.of(PoolConfigs.pool("api", 9001, 9002)));
    metrics.apply(List.of(), pools.all());
    Backend first = pools.pool("api").backends().get(0);
    first.trySelect();
    first.failed();
    String labels = "{backend=\"127.0.0.1:9001\",pool=\"api\"} ";
    assertThat(lines())
        .contains(
            "fairlead_backend_sessions_active" + labels + "1.0",
            "fairlead_backend_cluster_sessions" + labels + "1.0",
            "fairlead_backend_healthy" + labels + "1.0",
            "fairlead_backend_failures_total" + labels + "1.0",
            "fairlead_backend_sessions_active{backend=\"127.0.0.1:9002\",pool=\"api\"} 0.0");
  }

  @Test
  void metersOfWhatWasRemovedAreGoneAndTheOthersStay() {
    CountersFixture web = new CountersFixture("web").opened("api");
    CountersFixture old = new CountersFixture("old").opened("api").closed();
    Pools before = Pools.NONE.next(List.of(PoolConfigs.pool("api", 9001, 9002)));
    metrics.apply(List.of(web.counters(), old.counters()), before.all());
    Pools after = before.next(List.of(PoolConfigs.pool("api", 9002, 9003)));
    metrics.apply(List.of(web.counters()), after.all());
    after.pool("api").backends().get(0).trySelect();
    assertThat(lines())
        .noneMatch(line -> line.contains("\"old\"") || line.contains(":9001\""))
        .contains(
            "fairlead_sessions_active{listener=\"web\"} 1.0",
            "fairlead_backend_sessions_active{backend=\"127.0.0.1:9002\",pool=\"api\"} 1.0",
            "fairlead_backend_sessions_active{backend=\"127.0.0.1:9003\",pool=\"api\"} 0.0");
  }

  @Test
  void removedListenerIsShownUntilItsLastSessionEnds() {
    CountersFixture old = new CountersFixture("old").opened("api");
    Pools pools = pools("api");
    metrics.apply(List.of(old.counters()), pools.all());
    metrics.apply(List.of(), pools.all());
    assertThat(lines())
        .contains(
            "fairlead_sessions_active{listener=\"old\"} 1.0",
            "fairlead_sessions_total{listener=\"old\",pool=\"api\"} 1.0");
    old.closed();
    assertThat(lines()).noneMatch(line -> line.contains("\"old\""));
  }

  @Test
  void removedBackendIsShownUntilItsLastSessionEnds() {
    CountersFixture web = new CountersFixture("web").opened("api");
    Pools before = pools("api");
    Backend removed = before.pool("api").backends().get(0);
    removed.trySelect();
    metrics.apply(List.of(web.counters()), before.all());
    metrics.apply(List.of(web.counters()), List.of());
    assertThat(lines())
        .contains(
            "fairlead_backend_sessions_active{backend=\"127.0.0.1:9001\",pool=\"api\"} 1.0",
            "fairlead_sessions_total{listener=\"web\",pool=\"api\"} 1.0");
    removed.released();
    assertThat(lines()).noneMatch(line -> line.contains("\"api\""));
  }

  @Test
  void listenerThatComesBackIsShownWithItsNewCounters() {
    Pools pools = pools("api");
    metrics.apply(List.of(new CountersFixture("web").opened("api").counters()), pools.all());
    metrics.apply(List.of(), pools.all());
    CountersFixture again = new CountersFixture("web").opened("api").opened("api");
    metrics.apply(List.of(again.counters()), pools.all());
    again.closed().closed();
    assertThat(lines())
        .contains(
            "fairlead_sessions_active{listener=\"web\"} 0.0",
            "fairlead_sessions_total{listener=\"web\",pool=\"api\"} 2.0");
  }

  private static Pools pools(String... names) {
    return Pools.NONE.next(Stream.of(names).map(name -> PoolConfigs.pool(name, 9001)).toList());
  }

  @Test
  void replacedObjectOfTheSameNameIsTheOneThatIsRead() {
    metrics.apply(List.of(new CountersFixture("web").opened("api").counters()), List.of());
    metrics.apply(List.of(new CountersFixture("web").relayed(7, 0).counters()), List.of());
    assertThat(lines())
        .contains(
            "fairlead_sessions_active{listener=\"web\"} 0.0",
            "fairlead_bytes_total{direction=\"from-client\",listener=\"web\"} 7.0");
  }

  @Test
  void metersOutliveAGarbageCollection() {
    metrics.apply(List.of(new CountersFixture("web").opened("api").counters()), pools("api").all());
    metrics.accessLog(() -> 5, () -> 7);
    metrics.eventLoop("0", () -> 250_000_000, () -> 1_500_000_000);
    collectGarbage();
    assertThat(lines())
        .contains(
            "fairlead_sessions_total{listener=\"web\",pool=\"api\"} 1.0",
            "fairlead_access_log_dropped_total 5.0",
            "fairlead_access_log_waiting 7.0",
            "fairlead_event_loop_lag_seconds{loop=\"0\"} 0.25",
            "fairlead_event_loop_blocked_seconds_total{loop=\"0\"} 1.5");
  }

  /** Returns when a collection has cleared weak references: one alone promises nothing. */
  private static void collectGarbage() {
    WeakReference<Object> canary = new WeakReference<>(new Object());
    await()
        .until(
            () -> {
              System.gc();
              return canary.get() == null;
            });
  }

  @Test
  void clusterIsReadAtAScrape() {
    metrics.cluster(new Metrics.ClusterFigures(() -> 3, () -> 0.75, () -> 2));
    metrics.clusterTraffic(() -> 20, () -> 4096);
    collectGarbage();
    assertThat(lines())
        .contains(
            "fairlead_members 3.0",
            "fairlead_load_view_age_seconds 0.75",
            "fairlead_load_view_members 2.0",
            "fairlead_cluster_messages_sent_total 20.0",
            "fairlead_cluster_bytes_sent_total 4096.0");
  }

  @Test
  void whatRunsIsShown() {
    metrics.build("0.1.0", "17.0.1", "epoll");
    metrics.maxSessions(100);
    assertThat(lines())
        .contains(
            "# TYPE fairlead_build_info gauge",
            "fairlead_build_info{java=\"17.0.1\",transport=\"epoll\",version=\"0.1.0\"} 1",
            "fairlead_sessions_max 100.0");
  }

  @Test
  void memberAloneAndItsProcessAreShown() {
    metrics.revision(4);
    assertThat(lines())
        .contains(
            "fairlead_config_revision 4.0",
            "fairlead_members 1.0",
            "fairlead_load_view_age_seconds 0.0")
        .anyMatch(line -> line.startsWith("fairlead_direct_memory_bytes "))
        .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{"))
        .anyMatch(line -> line.startsWith("jvm_gc_"))
        .anyMatch(line -> line.startsWith("jvm_threads_live_threads "))
        .anyMatch(line -> line.startsWith("process_uptime_seconds "))
        .anyMatch(line -> line.startsWith("process_files_open_files "))
        .anyMatch(line -> line.startsWith("process_cpu_usage "));
  }

  @Test
  void sessionPathAllocatesNothing() {
    int sessions = 100_000;
    long allocated = Allocations.ofSecondRun(() -> endSessions(sessions));
    // Rotating the histogram's window may allocate, a session may not.
    assertThat(allocated).isLessThan(sessions);
  }

  private void endSessions(int count) {
    for (int i = 0; i < count; i++) {
      metrics.connected(null, 1_000_000);
      metrics.closed(CloseReason.CLIENT_CLOSED);
    }
  }
}
