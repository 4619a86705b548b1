package dev.fairlead.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.event.MemberInfo;
import dev.fairlead.session.CloseReason;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Ensures that the sums of the cluster are those of its members' reports, whatever else comes.
 * Provoked with reports of several members, late, doubled, malformed or of strangers. A failure
 * would look like a chart of one member that passes for the cluster's, or a rate that doubles.
 */
class ClusterTrafficTest {
  /** Bytes at the end of a history, without which it can be read still. */
  private static final int CHECKSUM = 8;

  private static final List<MemberInfo> MEMBERS = members("m1", "m2");

  private long seconds = 1_800_000_000L;
  private final ClusterTraffic traffic = newTraffic();

  private ClusterTraffic newTraffic() {
    return new ClusterTraffic(
        () -> TimeUnit.SECONDS.toNanos(seconds), () -> Instant.ofEpochSecond(seconds));
  }

  private static List<MemberInfo> members(String... names) {
    return Stream.of(names)
        .map(name -> new MemberInfo(name, name, null, "1", Instant.EPOCH, 1, 0, true, false))
        .toList();
  }

  private static JsonObject report(String member, Consumer<TrafficWriter> content) {
    TrafficWriter writer = new TrafficWriter(Duration.ofSeconds(5), 3, 100);
    content.accept(writer);
    return new JsonObject()
        .put("type", "MetricsReport")
        .put("member", member)
        .put("name", member)
        .put("traffic", new JsonObject(writer.toJson().encode()));
  }

  private void step(Consumer<TrafficWriter> own) {
    seconds += 5;
    traffic.reported(report("m1", own), MEMBERS);
  }

  private static List<Object> last(JsonObject series, String kind, int count) {
    JsonArray points = series.getJsonArray(kind);
    return points.stream().skip(points.size() - (long) count).toList();
  }

  @Test
  void membersAreAddedUp() {
    traffic.accept(report("m2", of -> of.listener("web", 4, 50, 500, 1000, 5)));
    step(of -> of.listener("web", 3, 10, 100, 200, 0));
    Totals totals = traffic.totals();
    assertThat(totals.listener("web").sessions()).isEqualTo(7);
    assertThat(totals.listener("web").connections()).isEqualTo(12);
    assertThat(totals.listener("web").bytesIn()).isEqualTo(120);
    assertThat(totals.listener("web").bytesOut()).isEqualTo(240);
    assertThat(totals.listener("web").errors()).isEqualTo(1);
    assertThat(totals.othersSessions("web")).isEqualTo(4);
    assertThat(totals.member("m2").connections()).isEqualTo(10);
  }

  @Test
  void sessionsThatReachedNoBackendAreErrorsOfTheMemberAndTheTotal() {
    step(
        of -> {
          of.listener("web", 0, 100, 0, 0, 10);
          of.refused("web", "denied", 6);
          of.refused("web", "no-backend", 4);
          of.reason("denied", 6);
          of.reason("no-backend", 4);
          of.reason("connect-refused", 20);
          of.reason("connect-timeout", 3);
          of.reason("connect-failed", 2);
          of.reason("client-closed", 50);
        });
    JsonObject sample = traffic.totals().toJson();
    assertThat(sample.getJsonObject("total").getDouble("errors")).isEqualTo(7);
    assertThat(traffic.totals().member("m1").errors()).isEqualTo(7);
    assertThat(traffic.totals().listener("web").errors()).isEqualTo(2);
  }

  @Test
  void poolIsTheSumOfItsBackends() {
    step(
        of -> {
          of.backend("api", "10.0.0.1:1", 1, 10, 0, 0, 5);
          of.backend("api", "unix:/run/a", 2, 20, 0, 0, 0);
        });
    JsonObject sample = traffic.totals().toJson();
    assertThat(sample.getJsonObject("pools").getJsonObject("api"))
        .isEqualTo(
            new JsonObject(
                "{\"sessions\":3,\"connections\":6,\"bytesIn\":0,\"bytesOut\":0,\"errors\":1}"));
    assertThat(sample.getJsonObject("backends").fieldNames())
        .containsExactlyInAnyOrder("api/10.0.0.1:1", "api/unix:/run/a");
  }

  @Test
  void connectTimesOfAllMembersMakeTheQuantiles() {
    // Bucket 8 ends at 1.05 ms, bucket 20 at 67 ms.
    traffic.accept(report("m2", of -> of.backend("api", "b", 0, 98, 0, 0, 0, 8, 98)));
    step(of -> of.backend("api", "b", 0, 2, 0, 0, 0, 20, 2));
    Totals.Quantiles quantiles = traffic.totals().connectMillis("api", "b").orElseThrow();
    assertThat(quantiles.p50()).isEqualTo(1.05);
    assertThat(quantiles.p99()).isEqualTo(67.11);
    for (int i = 0; i < 60; i++) {
      step(of -> {});
    }
    assertThat(traffic.totals().connectMillis("api", "b")).isEmpty();
  }

  @Test
  void memberThatLeftOrFellSilentCountsNoMore() {
    traffic.accept(report("m3", of -> of.listener("web", 9, 9, 9, 9, 9)));
    traffic.accept(report("m2", of -> of.listener("web", 1, 0, 0, 0, 0)));
    step(of -> {});
    assertThat(traffic.totals().listener("web").sessions()).isEqualTo(1);
    assertThat(traffic.state("m3")).isEmpty();
    for (int i = 0; i < 3; i++) {
      step(of -> {});
    }
    assertThat(traffic.totals().listener("web").sessions()).isZero();
  }

  @Test
  void reportOfAnEarlierVersionAndForeignEventsChangeNothing() {
    JsonObject old = report("m2", of -> {});
    old.remove("traffic");
    traffic.accept(old);
    traffic.accept(new JsonObject().put("type", 3).put("member", List.of()));
    traffic.accept(old.copy().put("traffic", "text"));
    traffic.accept(old.copy().put("traffic", new JsonObject().put("millis", 5000)));
    step(of -> of.listener("web", 1, 0, 0, 0, 0));
    traffic.accept(
        old.copy()
            .put(
                "traffic",
                new JsonObject()
                    .put("millis", 5000)
                    .put("listeners", new JsonObject().put("web", new JsonArray().add("x")))));
    step(of -> of.listener("web", 1, 0, 0, 0, 0));
    assertThat(traffic.totals().listener("web").sessions()).isEqualTo(1);
  }

  @Test
  void malformedEntryCountsAsNothingAndTheOthersCount() {
    JsonObject report = report("m2", of -> of.listener("b", 5, 50, 0, 0, 0));
    report
        .getJsonObject("traffic")
        .put("reasons", new JsonObject().put("drain", "x").put("admin", 5))
        .put("refused", new JsonObject().put("b", 3))
        .put("limits", new JsonObject().put("k", new JsonArray().add(7)))
        .put("backends", new JsonObject().put("p/x", new JsonObject()))
        .getJsonObject("listeners")
        .put("a", "text")
        .put("c", new JsonArray().add(true).add(10));
    traffic.accept(report);
    step(of -> {});
    Totals totals = traffic.totals();
    assertThat(totals.listener("a").sessions()).isZero();
    assertThat(totals.listener("b").sessions()).isEqualTo(5);
    assertThat(totals.listener("c").connections()).isEqualTo(2);
    assertThat(totals.member("m2").connections()).isEqualTo(12);
    assertThat(totals.used("k")).isEqualTo(7);
    assertThat(totals.waiting("k")).isZero();
    assertThat(totals.refusedByLimit()).doesNotContainKey("b");
    assertThat(totals.reasons()).containsEntry("admin", 1.0);
  }

  @Test
  void reasonsOfSessionsThatReachedNoBackendAreReasons() {
    assertThat(Stream.of(CloseReason.values()).map(CloseReason::label))
        .containsAll(Totals.NOT_CONNECTED);
  }

  @Test
  void stateIsWhatTheMemberReported() {
    traffic.accept(
        report(
            "m2",
            of ->
                of.state(
                    List.of("draining"),
                    List.of(new JsonObject().put("path", "pools").put("message", "wrong")))));
    step(of -> {});
    seconds += 2;
    ClusterTraffic.MemberState state = traffic.state("m2").orElseThrow();
    assertThat(state.notReady()).containsExactly("draining");
    assertThat(state.problems()).hasSize(1);
    assertThat(state.lagMillis()).isEqualTo(3);
    assertThat(state.maxSessions()).isEqualTo(100);
    assertThat(state.ageSeconds()).isEqualTo(7);
  }

  @Test
  void seriesHasAPointForEachStepAndNullWhereNothingIsKnown() {
    step(of -> of.listener("web", 3, 10, 0, 0, 0));
    seconds += 5;
    step(
        of -> {
          of.listener("web", 4, 20, 0, 0, 0);
          of.reason("client-closed", 10);
        });
    step(of -> {});
    JsonObject web = traffic.series(new SeriesKey("listener", "web"));
    assertThat(web.getJsonArray("sessions")).hasSize(SeriesStore.POINTS);
    assertThat(last(web, "sessions", 5)).containsExactly(null, 3.0, null, 4.0, 0.0);
    assertThat(last(web, "connections", 3)).containsExactly(null, 4.0, 0.0);
    assertThat(web.getLong("from")).isEqualTo(seconds - 179 * 5);
    assertThat(web.getJsonObject("reasons").isEmpty()).isTrue();
    JsonObject total = traffic.series(SeriesKey.TOTAL);
    assertThat(last(total.getJsonObject("reasons"), "client-closed", 2)).containsExactly(2.0, 0.0);
  }

  @Test
  void secondReportInAStepMakesNoPoint() {
    List<Totals> made = new ArrayList<>();
    traffic.onStep(made::add);
    step(of -> {});
    seconds += 2;
    traffic.reported(report("m1", of -> of.listener("web", 3, 10, 0, 0, 0)), MEMBERS);
    assertThat(made).hasSize(1);
    step(of -> {});
    assertThat(made).hasSize(2);
  }

  @Test
  void newMemberHasThePastOfAnotherAndKeepsItsOwn() throws IOException {
    step(of -> of.listener("web", 3, 10, 0, 0, 0));
    step(of -> of.listener("web", 4, 0, 0, 0, 0));
    byte[] history = traffic.history();
    ClusterTraffic fresh = newTraffic();
    fresh.reported(report("m1", of -> of.listener("web", 7, 0, 0, 0, 0)), MEMBERS);
    fresh.addHistory(history);
    JsonObject web = fresh.series(new SeriesKey("listener", "web"));
    assertThat(last(web, "sessions", 3)).containsExactly(null, 3.0, 7.0);
    assertThat(last(web, "connections", 2)).containsExactly(2.0, 0.0);
    assertThatThrownBy(() -> fresh.addHistory(new byte[] {1, 2, 3}))
        .isInstanceOf(IOException.class);
  }

  @Test
  void historyThatBreaksOffAddsNothing() {
    step(of -> of.listener("web", 3, 10, 0, 0, 0));
    byte[] history = traffic.history();
    ClusterTraffic fresh = newTraffic();
    JsonObject before = fresh.series(SeriesKey.TOTAL);
    for (int length = 0; length < history.length - CHECKSUM; length++) {
      byte[] part = Arrays.copyOf(history, length);
      assertThatThrownBy(() -> fresh.addHistory(part)).isInstanceOf(IOException.class);
      assertThat(fresh.series(SeriesKey.TOTAL)).isEqualTo(before);
    }
  }

  @Test
  void historyOfManyBackendsIsBoundedAndHasTheTotal() throws IOException {
    for (int i = 0; i < 180; i++) {
      int step = i;
      step(
          of -> {
            of.listener("web", step, step, 0, 0, 0);
            for (int backend = 0; backend < 1_000; backend++) {
              of.backend("api", "b" + backend, step * 7919 + backend, backend, 0, 0, 0);
            }
          });
    }
    byte[] history = traffic.history();
    assertThat(history.length).isLessThan(SeriesHistory.MOST_BYTES);
    ClusterTraffic fresh = newTraffic();
    fresh.addHistory(history);
    assertThat(fresh.series(SeriesKey.TOTAL)).isNotNull();
    assertThat(last(fresh.series(SeriesKey.TOTAL), "sessions", 2)).containsExactly(178.0, 179.0);
  }
}
