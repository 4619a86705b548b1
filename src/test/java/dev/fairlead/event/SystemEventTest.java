package dev.fairlead.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.Revision.Kind;
import dev.fairlead.config.Revision.Origin;
import dev.fairlead.event.MetricsReport.OfBackend;
import dev.fairlead.event.MetricsReport.OfListener;
import dev.fairlead.event.MetricsReport.OfPool;
import dev.fairlead.event.MetricsReport.Sessions;
import dev.fairlead.event.SystemEvent.ConfigUpdate;
import dev.fairlead.event.SystemEvent.DrainFinished;
import dev.fairlead.event.SystemEvent.DrainStarted;
import dev.fairlead.event.SystemEvent.MemberJoined;
import dev.fairlead.event.SystemEvent.MemberLeft;
import dev.fairlead.event.SystemEvent.Shutdown;
import dev.fairlead.event.SystemEvent.Superseded;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SystemEventTest {
  private static final MemberId M1 = new MemberId("4f0c", "m1");
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  static Stream<Arguments> eventsAndWhatTheyTell() {
    return Stream.of(
        Arguments.of(
            new ConfigUpdate(
                M1, NOON, 8, new Origin(Kind.PUSH, "ann", "http 127.0.0.1", null), false, null),
            "ConfigUpdate",
            "{'revision': 8, 'author': 'ann', 'from': 'http 127.0.0.1',"
                + " 'kind': 'push', 'note': null, 'unchanged': false, 'superseded': null}"),
        Arguments.of(
            new ConfigUpdate(
                M1,
                NOON,
                9,
                new Origin(null, "ann", "bus", "a note"),
                true,
                new Superseded(8, "c3", "bob")),
            "ConfigUpdate",
            "{'revision': 9, 'author': 'ann', 'from': 'bus', 'kind': null,"
                + " 'note': 'a note', 'unchanged': true,"
                + " 'superseded': {'revision': 8, 'id': 'c3', 'author': 'bob'}}"),
        Arguments.of(new Shutdown(M1, NOON, Duration.ofSeconds(5)), "Shutdown", "{'grace': '5s'}"),
        Arguments.of(new Shutdown(M1, NOON, null), "Shutdown", "{'grace': null}"),
        Arguments.of(
            new MemberJoined(M1, NOON, "10.0.0.1:5701", "0.2.0"),
            "MemberJoined",
            "{'address': '10.0.0.1:5701', 'version': '0.2.0'}"),
        Arguments.of(
            new MemberLeft(M1, NOON, "no heartbeat for 9 s", true),
            "MemberLeft",
            "{'reason': 'no heartbeat for 9 s', 'lost': true}"),
        Arguments.of(
            new DrainStarted(M1, NOON, 7, Duration.ofMillis(1500)),
            "DrainStarted",
            "{'sessions': 7, 'grace': '1500ms'}"),
        Arguments.of(new DrainFinished(M1, NOON), "DrainFinished", "{}"),
        Arguments.of(
            report(),
            "MetricsReport",
            "{'revision': 8, 'uptimeSeconds': 61,"
                + " 'sessions': {'active': 2, 'total': 10, 'bytesFromClient': 3,"
                + " 'bytesToClient': 4},"
                + " 'listeners': [{'name': 'web', 'active': 2, 'total': 9, 'bytesFromClient': 3,"
                + " 'bytesToClient': 4}],"
                + " 'pools': [{'name': 'api', 'backends': [{'id': '10.0.0.1:9001', 'active': 2,"
                + " 'clusterActive': 5, 'total': 8, 'failures': 1}]}]}"));
  }

  private static MetricsReport report() {
    return new MetricsReport(
        M1,
        NOON,
        8,
        Duration.ofMillis(61_999),
        new Sessions(2, 10, 3, 4),
        List.of(new OfListener("web", new Sessions(2, 9, 3, 4))),
        List.of(new OfPool("api", List.of(new OfBackend("10.0.0.1:9001", 2, 5, 8, 1)))));
  }

  @ParameterizedTest
  @MethodSource("eventsAndWhatTheyTell")
  void everyEventTellsItsKindAndDetails(SystemEvent event, String type, String details) {
    JsonObject expected =
        new JsonObject()
            .put("type", type)
            .put("member", "4f0c")
            .put("name", "m1")
            .put("time", "2026-11-22T12:00:00.000Z")
            .mergeIn(new JsonObject(details.replace('\'', '"')));
    assertThat(new JsonObject(event.toJson().encode())).isEqualTo(expected);
  }

  @Test
  void aMemberIsMeantByItsIdItsNameOrTheStar() {
    assertThat(Stream.of("4f0c", "m1", "*")).allMatch(M1::isMeantBy);
    assertThat(Stream.of("4f0d", "m2", "")).noneMatch(M1::isMeantBy);
  }
}
