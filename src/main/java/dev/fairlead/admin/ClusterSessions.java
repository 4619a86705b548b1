package dev.fairlead.admin;

import dev.fairlead.event.CommandException;
import dev.fairlead.event.CommandProblem;
import dev.fairlead.event.MemberId;
import dev.fairlead.event.MemberInfo;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The live sessions of all members, and their numbers: asks each one, and this one answers what the
 * others ask. Any thread.
 */
public final class ClusterSessions {
  /**
   * The sessions that one member sends another. Raising it shows more of a large cluster, in longer
   * messages of the event bus: 400 B each.
   */
  static final int MOST = 10_000;

  private static final String QUERY = "query";
  private static final String SESSIONS = "sessions";
  private static final String LISTENERS = "listeners";
  private static final String NAME = "name";
  private static final String ACTIVE = "active";
  private static final String CLOSE = "close";
  private static final String ID = "id";
  private static final String CLOSED = "closed";

  private final Vertx vertx;
  private final MemberView member;
  private final MemberAsker others;

  /** Asks members. */
  @FunctionalInterface
  public interface MemberAsker {
    /** The answer of the member with that id, which may be this one; fails without one. */
    Future<JsonObject> ask(String member, JsonObject query);
  }

  public ClusterSessions(Vertx vertx, MemberView member, MemberAsker others) {
    this.vertx = vertx;
    this.member = member;
    this.others = others;
  }

  /**
   * This member's answer to what {@link #find}, {@link #listeners} or {@link #close} of another one
   * asks.
   */
  public static Future<JsonObject> answer(Vertx vertx, MemberView member, JsonObject query) {
    if (CLOSE.equals(query.getValue(QUERY))) {
      return member
          .closeSession(query.getString(ID, ""))
          .map(closed -> new JsonObject().put(CLOSED, closed));
    }
    if (LISTENERS.equals(query.getValue(QUERY))) {
      return Future.succeededFuture(ApiJson.listeners(member));
    }
    if (!SESSIONS.equals(query.getValue(QUERY))) {
      return Future.failedFuture("unknown query");
    }
    SessionFilter filter = SessionFilter.of(query).atMost(MOST);
    return member
        .sessions()
        .compose(
            all ->
                vertx.executeBlocking(
                    () -> ApiJson.sessions(filter.of(all), filter.limit()), false));
  }

  /** {@code {sessions, missing}}: newest first, with the names of members that did not answer. */
  Future<JsonObject> find(SessionFilter wanted) {
    SessionFilter filter = wanted.atMost(MOST);
    return askAll(filter.toJson().put(QUERY, SESSIONS))
        .compose(answers -> vertx.executeBlocking(() -> merged(answers, filter.limit()), false));
  }

  private static JsonObject merged(Map<MemberInfo, Future<JsonObject>> answers, int limit) {
    List<JsonObject> sessions = new ArrayList<>();
    JsonArray missing = new JsonArray();
    answers.forEach(
        (each, answer) -> {
          if (answer.succeeded() && answer.result().getValue(SESSIONS) instanceof JsonArray found) {
            found.forEach(
                one -> sessions.add(((JsonObject) one).copy().put("member", each.name())));
          } else {
            missing.add(each.name());
          }
        });
    sessions.sort(
        Comparator.comparing((JsonObject one) -> one.getString("started", "")).reversed());
    return new JsonObject()
        .put(SESSIONS, new JsonArray(sessions.stream().limit(limit).toList()))
        .put("missing", missing);
  }

  /**
   * {@code {listeners, missing}}: this member's listeners, each with the sessions that all members
   * have of it, and the names of members that did not answer.
   */
  Future<JsonObject> listeners() {
    return askAll(new JsonObject().put(QUERY, LISTENERS))
        .map(
            answers -> {
              JsonArray missing = new JsonArray();
              Map<String, Long> active = new HashMap<>();
              answers.forEach(
                  (each, answer) -> {
                    if (answer.succeeded()
                        && answer.result().getValue(LISTENERS) instanceof JsonArray found) {
                      found.forEach(one -> count((JsonObject) one, active));
                    } else {
                      missing.add(each.name());
                    }
                  });
              JsonObject own = ApiJson.listeners(member);
              own.getJsonArray(LISTENERS)
                  .forEach(
                      one -> {
                        JsonObject listener = (JsonObject) one;
                        listener.put("clusterActive", active.get(listener.getString(NAME)));
                      });
              return own.put("missing", missing);
            });
  }

  private static void count(JsonObject listener, Map<String, Long> active) {
    active.merge(listener.getString(NAME, ""), listener.getLong(ACTIVE, 0L), Long::sum);
  }

  /**
   * Ends the session of that id at whichever member has it; false = none has. Fails with a {@link
   * CommandException} if no member has ended it and some did not answer.
   */
  Future<Boolean> close(String id) {
    return askAll(new JsonObject().put(QUERY, CLOSE).put(ID, id))
        .compose(
            answers -> {
              List<CommandProblem> silent = silent(answers);
              boolean isClosed =
                  answers.values().stream()
                      .filter(Future::succeeded)
                      .anyMatch(each -> Boolean.TRUE.equals(each.result().getValue(CLOSED)));
              return isClosed || silent.isEmpty()
                  ? Future.succeededFuture(isClosed)
                  : Future.failedFuture(new CommandException(CommandException.NO_ANSWER, silent));
            });
  }

  private static List<CommandProblem> silent(Map<MemberInfo, Future<JsonObject>> answers) {
    return answers.entrySet().stream()
        .filter(each -> each.getValue().failed())
        .map(
            each ->
                new CommandProblem(
                    "", 0, "did not answer, and may still end the session", each.getKey().name()))
        .toList();
  }

  private Future<Map<MemberInfo, Future<JsonObject>>> askAll(JsonObject query) {
    MemberId self = member.now().self();
    Map<MemberInfo, Future<JsonObject>> answers = new LinkedHashMap<>();
    for (MemberInfo each : member.members()) {
      answers.put(
          each,
          each.id().equals(self.id())
              ? answer(vertx, member, query)
              : others.ask(each.id(), query));
    }
    return Future.join(List.copyOf(answers.values()))
        .transform(done -> Future.succeededFuture(answers));
  }
}
