package dev.fairlead.admin;

import dev.fairlead.admin.EventStream.EventSource;
import dev.fairlead.config.Problem;
import dev.fairlead.event.CommandException;
import dev.fairlead.live.SeriesKey;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The handlers that show the whole cluster: the stream of the page, series, and sessions, also
 * those of this member alone. They run on the event loop of the request.
 */
final class LiveRoutes {
  /** Each frame may be large, and 15 s are as many. */
  private static final int MAX_BEHIND = 15;

  private final MemberView member;
  private final EventSource events;
  private final LiveAccess cluster;
  private final LiveFeed feed;

  LiveRoutes(MemberView member, EventSource events, LiveAccess cluster) {
    this.member = member;
    this.events = events;
    this.cluster = cluster;
    this.feed = new LiveFeed(new LiveSections(member, cluster.traffic()));
    cluster.traffic().onStep(feed::sample);
  }

  void live(RoutingContext ctx) {
    if (feed.isFull()) {
      Answers.problem(
          ctx, 503, "this member has " + LiveFeed.MOST + " streams (expected: ask another one)");
      return;
    }
    String role = TokenRole.in(ctx).label();
    EventStream.since(ctx)
        .ifPresent(
            since ->
                EventStream.open(
                    ctx,
                    MAX_BEHIND,
                    out -> {
                      Runnable leave = feed.join(ctx.vertx(), role, out);
                      Runnable unsubscribe =
                          events.subscribe(since, event -> LiveFeed.event(event, out));
                      return () -> {
                        leave.run();
                        unsubscribe.run();
                      };
                    }));
  }

  void series(RoutingContext ctx) {
    String by = ctx.request().getParam("by", "total");
    String name = ctx.request().getParam("name");
    if (!SeriesKey.KINDS.contains(by)) {
      String kinds = String.join(", ", SeriesKey.KINDS);
      Answers.problem(ctx, 422, "by: " + by + " (expected: one of " + kinds + ")");
    } else if (name == null && !by.equals(SeriesKey.TOTAL.by())) {
      Answers.problem(ctx, 422, "name: missing (expected: the name of a " + by + ")");
    } else {
      SeriesKey key = name == null ? SeriesKey.TOTAL : new SeriesKey(by, name);
      Answers.jsonMade(ctx, () -> cluster.traffic().series(key));
    }
  }

  void listeners(RoutingContext ctx) {
    try {
      if (isOfCluster(ctx)) {
        Answers.here(cluster.sessions().listeners())
            .onSuccess(found -> Answers.jsonMade(ctx, () -> found))
            .onFailure(ctx::fail);
      } else {
        Answers.jsonMade(ctx, () -> ApiJson.listeners(member));
      }
    } catch (IllegalArgumentException problem) {
      Answers.problem(ctx, 422, String.valueOf(problem.getMessage()));
    }
  }

  void sessions(RoutingContext ctx) {
    try {
      SessionFilter filter = SessionFilter.of(ctx.queryParams());
      if (isOfCluster(ctx)) {
        Answers.here(cluster.sessions().find(filter))
            .onSuccess(found -> Answers.jsonMade(ctx, () -> found))
            .onFailure(ctx::fail);
      } else {
        Answers.here(member.sessions())
            .onSuccess(
                all ->
                    Answers.jsonMade(ctx, () -> ApiJson.sessions(filter.of(all), filter.limit())))
            .onFailure(ctx::fail);
      }
    } catch (IllegalArgumentException problem) {
      Answers.problem(ctx, 422, String.valueOf(problem.getMessage()));
    }
  }

  void closeSession(RoutingContext ctx) {
    String id = ctx.pathParam("id");
    ChangeAudit.says(ctx, "close of session " + Problem.oneLine(id));
    try {
      boolean ofCluster = isOfCluster(ctx);
      Future<Boolean> closing = ofCluster ? cluster.sessions().close(id) : member.closeSession(id);
      String whose = ofCluster ? "no member" : "this member";
      String none = ofCluster ? " has a live session " : " has no live session ";
      ChangeAudit.begins(ctx);
      Answers.here(closing)
          .onSuccess(
              closed -> {
                if (closed) {
                  ChangeAudit.done(ctx, null);
                  ctx.response().setStatusCode(204).end();
                } else {
                  String problem = whose + none + id;
                  ChangeAudit.refused(
                      ctx, new CommandException(CommandException.NOT_FOUND, problem));
                  Answers.problem(ctx, 404, problem);
                }
              })
          .onFailure(refusal -> ChangeAudit.refused(ctx, refusal))
          .onFailure(refusal -> Answers.refused(ctx, refusal));
    } catch (IllegalArgumentException problem) {
      Answers.problem(ctx, 422, String.valueOf(problem.getMessage()));
    }
  }

  /** Throws IllegalArgumentException for another scope than the two. */
  private static boolean isOfCluster(RoutingContext ctx) {
    @Nullable String scope = ctx.queryParams().get("scope");
    Boolean known = Map.of("member", false, "cluster", true).get(scope == null ? "member" : scope);
    if (known == null) {
      throw new IllegalArgumentException("scope: " + scope + " (expected: member or cluster)");
    }
    return known;
  }
}
