package dev.fairlead.admin;

import dev.fairlead.event.MemberInfo;
import dev.fairlead.live.ClusterTraffic;
import dev.fairlead.live.TrafficWriter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Traffic of a cluster that the test makes up, with a clock of its own. */
public final class FakeTraffic {
  private final AtomicLong seconds = new AtomicLong(1_800_000_000L);
  public final ClusterTraffic traffic =
      new ClusterTraffic(
          () -> Duration.ofSeconds(seconds.get()).toNanos(),
          () -> Instant.ofEpochSecond(seconds.get()));

  /** What other members answer, by id; a member that is not in it does not answer. */
  public final Map<String, FakeMember> others = new ConcurrentHashMap<>();

  LiveAccess access(Vertx vertx, MemberView member) {
    return new LiveAccess(
        traffic, new ClusterSessions(vertx, member, (id, query) -> ask(vertx, id, query)));
  }

  private Future<JsonObject> ask(Vertx vertx, String id, JsonObject query) {
    FakeMember asked = others.get(id);
    return asked == null
        ? Future.failedFuture("no answer")
        : ClusterSessions.answer(vertx, asked, query);
  }

  /** Another member reports. */
  public void report(String member, Consumer<TrafficWriter> content) {
    traffic.accept(event(member, content));
  }

  /** The asked member reports 5 s after its last report, which makes a point of the series. */
  public void step(String member, List<MemberInfo> members, Consumer<TrafficWriter> content) {
    step(event(member, content), members);
  }

  void step(JsonObject report, List<MemberInfo> members) {
    seconds.addAndGet(5);
    traffic.reported(report, members);
  }

  static JsonObject event(String member, Consumer<TrafficWriter> content) {
    TrafficWriter writer = new TrafficWriter(Duration.ofSeconds(5), 0, 1000);
    content.accept(writer);
    return new JsonObject()
        .put("type", "MetricsReport")
        .put("member", "id-" + member)
        .put("name", member)
        .put("traffic", new JsonObject(writer.toJson().encode()));
  }
}
