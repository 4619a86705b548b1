package dev.fairlead.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.Problem;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.testkit.EventReader;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that a stream begins with the whole state and goes on with what changes, and that one
 * that nobody reads ends. Provoked with plain sockets and a member that is made up. A failure would
 * look like a page that shows old numbers, or a member that works for nobody.
 */
class LiveStreamTest {
  private final AdminServer server = new AdminServer(null);
  private final List<MemberInfo> members =
      List.of(FakeMember.info("m1", "h:1"), FakeMember.info("m2", "h:2"));

  @AfterEach
  void close() {
    server.close();
  }

  private EventReader read(String query) throws IOException {
    return read(server, query);
  }

  private static EventReader read(AdminServer of, String query) throws IOException {
    return new EventReader(URI.create(of.url()).getPort(), "/api/v1/live" + query);
  }

  @Test
  void firstEventHasEverySectionAndLaterOnesWhatHasChanged() throws IOException {
    server.member.members = members;
    try (EventReader reader = read("")) {
      JsonObject full = reader.next("cluster");
      assertThat(full.fieldNames())
          .containsExactly(
              "time",
              "full",
              "tokenRole",
              "member",
              "revision",
              "problems",
              "members",
              "listeners",
              "pools",
              "limits",
              "certificates",
              "certificateProblems");
      assertThat(full.getBoolean("full")).isTrue();
      assertThat(full.getString("tokenRole")).isEqualTo("none");
      assertThat(full.getJsonArray("members")).hasSize(2);
      server.member.problems = List.of(new Problem("f", 3, "pools[0]", "wrong"));
      JsonObject changed = reader.next("cluster");
      assertThat(changed.fieldNames()).containsExactly("time", "full", "problems");
      assertThat(changed.getJsonArray("problems"))
          .containsExactly(
              new JsonObject().put("path", "pools[0]").put("message", "wrong").put("member", "m1"));
    }
  }

  @Test
  void memberThatLeftIsGone() throws IOException {
    server.member.members = members;
    try (EventReader reader = read("")) {
      reader.next("cluster");
      server.member.members = members.subList(0, 1);
      assertThat(reader.next("cluster").getJsonArray("members"))
          .containsExactly(new JsonObject().put("id", "id-m2").put("gone", true));
    }
  }

  @Test
  void nothingIsSentWhileNothingChanges() throws IOException {
    try (EventReader reader = read("")) {
      reader.next("cluster");
      server.events.publish(new JsonObject().put("type", "MetricsReport"));
      // A second stream begins; had the first got anything, it would come before the event.
      try (EventReader second = read("")) {
        assertThat(second.next("cluster").getBoolean("full")).isTrue();
      }
      awaitTicks(3);
      server.events.publish(new JsonObject().put("type", "Shutdown"));
      assertThat(reader.nextName()).isEqualTo("event");
    }
  }

  private void awaitTicks(int count) {
    int before = server.member.asked.get();
    await()
        .pollInterval(Duration.ofMillis(50))
        .until(() -> server.member.asked.get() >= before + count);
  }

  @Test
  void nothingIsComputedWithoutAStream() throws IOException {
    try (EventReader reader = read("")) {
      reader.next("cluster");
      awaitTicks(1);
    }
    await().until(() -> server.events.listeners.isEmpty());
    int asked = server.member.asked.get();
    try (EventReader reader = read("")) {
      reader.next("cluster");
      // The one that left may have been computed for once more.
      assertThat(server.member.asked.get()).isBetween(asked + 1, asked + 2);
    }
  }

  @Test
  void sampleIsTheTrafficOfAllMembers() throws IOException {
    server.member.members = members;
    try (EventReader reader = read("")) {
      reader.next("cluster");
      server.traffic.report("m2", of -> of.listener("web", 1, 50, 0, 0, 0));
      server.traffic.step("m1", members, of -> of.listener("web", 2, 5, 500, 0, 0));
      JsonObject sample = reader.next("sample");
      assertThat(sample.getJsonObject("listeners").getJsonObject("web").getDouble("connections"))
          .isEqualTo(11);
      assertThat(sample.getJsonObject("total").getLong("bytesIn")).isEqualTo(100);
      JsonObject changed = reader.next("cluster");
      assertThat(changed.getJsonArray("members")).hasSize(2);
      assertThat(
              changed.getJsonArray("listeners").getJsonObject(0).getDouble("connectionsPerSecond"))
          .isEqualTo(11);
    }
  }

  @Test
  void eventsOfThePastComeFirst() throws IOException {
    server.events.past.add(new JsonObject().put("type", "MemberJoined").put("name", "m2"));
    try (EventReader reader = read("?since=15m")) {
      assertThat(reader.next("event").getString("name")).isEqualTo("m2");
    }
  }

  @Test
  void clientThatDoesNotReadIsCutOff() throws IOException {
    JsonObject event = new JsonObject().put("type", "Shutdown").put("text", "x".repeat(100_000));
    try (EventReader reader = read("")) {
      await().until(() -> server.events.listeners.size() == 1);
      await()
          .pollInterval(Duration.ofMillis(5))
          .until(
              () -> {
                for (int i = 0; i < 10; i++) {
                  server.events.publish(event);
                }
                return server.events.listeners.isEmpty();
              });
      reader.readToTheEnd();
    }
  }

  @Test
  void oneStreamTooManyIsRefused() throws IOException {
    List<EventReader> readers = new ArrayList<>();
    try (AdminServer roomy = new AdminServer(null, 256)) {
      for (int i = 0; i < LiveFeed.MOST; i++) {
        EventReader reader = read(roomy, "");
        readers.add(reader);
        reader.next("cluster");
      }
      try (EventReader refused = read(roomy, "")) {
        assertThat(refused.line()).isEqualTo("HTTP/1.1 503 Service Unavailable");
      }
      readers.remove(0).close();
      await().until(() -> roomy.events.listeners.size() == LiveFeed.MOST - 1);
      try (EventReader again = read(roomy, "")) {
        assertThat(again.next("cluster").getBoolean("full")).isTrue();
      }
    } finally {
      for (EventReader each : readers) {
        each.close();
      }
    }
  }
}
