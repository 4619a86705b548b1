package dev.fairlead.member;

import dev.fairlead.admin.AdminVerticle.MemberAccess;
import dev.fairlead.admin.ClusterSessions;
import dev.fairlead.admin.LiveAccess;
import dev.fairlead.admin.MemberView;
import dev.fairlead.admin.RecentEvents;
import dev.fairlead.cluster.ClusterVerticle;
import dev.fairlead.config.Problem;
import dev.fairlead.event.MemberId;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.event.MetricsReport;
import dev.fairlead.live.ClusterTraffic;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The traffic of all members: adds this member's to its reports, gets theirs from the event bus,
 * and answers what other members ask. Any thread.
 */
record LiveReports(Vertx vertx, TrafficMeter meter, RecentEvents events, ClusterTraffic traffic) {
  private static final Logger LOG = LoggerFactory.getLogger(LiveReports.class);

  /** Asked in turn for the past, until one answers; the others have kept much the same. */
  private static final int MOST_ASKED = 3;

  private static final String QUERY = "query";
  private static final String SERIES = "series";

  static LiveReports of(Vertx vertx, TrafficMeter meter) {
    RecentEvents events = RecentEvents.of(vertx);
    ClusterTraffic traffic = new ClusterTraffic(System::nanoTime, InstantSource.system());
    events.subscribe(Instant.MAX, traffic::accept);
    return new LiveReports(vertx, meter, events, traffic);
  }

  /** {@code report} with the traffic since the last one, noted here already; on a worker. */
  MetricsReport complete(MetricsReport report, MemberReport member, List<Problem> problems) {
    MetricsReport whole =
        report.with(meter.report(member.proxy(), member.notReadyReasons(), problems));
    traffic.reported(whole.toJson(), member.members());
    return whole;
  }

  /** What the admin listener shows; {@code metrics} as there. */
  MemberAccess access(MemberView member, Supplier<String> metrics, ClusterVerticle cluster) {
    LiveAccess live = new LiveAccess(traffic, new ClusterSessions(vertx, member, cluster::ask));
    return new MemberAccess(member, metrics, cluster, events, live);
  }

  Future<JsonObject> answer(MemberView member, JsonObject query) {
    return SERIES.equals(query.getValue(QUERY))
        ? vertx.executeBlocking(() -> new JsonObject().put(SERIES, traffic.history()), false)
        : ClusterSessions.answer(vertx, member, query);
  }

  /** Gets the past from the oldest of the other members that answers. */
  void joined(
      MemberId self,
      List<MemberInfo> members,
      BiFunction<String, JsonObject, Future<JsonObject>> ask) {
    JsonObject query = new JsonObject().put(QUERY, SERIES);
    Future<Void> got = Future.failedFuture("there is no other member");
    List<MemberInfo> oldest =
        members.stream()
            .filter(each -> !each.id().equals(self.id()))
            .sorted(Comparator.comparing(MemberInfo::started))
            .limit(MOST_ASKED)
            .toList();
    for (MemberInfo each : oldest) {
      got = got.recover(failed -> ask.apply(each.id(), query).compose(this::add));
    }
    got.onFailure(cause -> LOG.debug("the series begin now", cause));
  }

  private Future<Void> add(JsonObject answer) {
    return vertx.executeBlocking(
        () -> {
          traffic.addHistory(Objects.requireNonNull(answer.getBinary(SERIES)));
          return null;
        },
        false);
  }
}
