package dev.fairlead.admin;

import dev.fairlead.admin.AdminRoutes.Endpoint;
import dev.fairlead.admin.MemberView.ListenerStatus;
import dev.fairlead.config.LimitSetting.Owner;
import dev.fairlead.config.Problem;
import dev.fairlead.event.ChangeText;
import dev.fairlead.event.CommandBodies;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.Commands;
import dev.fairlead.event.MemberId;
import dev.fairlead.pool.Pool;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The endpoints that change the cluster, and those that show its configuration history. */
record CommandRoutes(MemberView member, Commands commands) {
  private static final String POOLS = "/api/v1/pools/";
  private static final String BACKENDS = "backends/";
  private static final String LISTENERS = "/api/v1/listeners/";

  List<Endpoint> endpoints() {
    return List.of(
        new Endpoint(
            HttpMethod.POST,
            "/api/v1/config",
            ctx ->
                answer(
                    ctx,
                    () -> {
                      JsonObject command = RequestReader.pushCommand(ctx, ChangeAudit.from(ctx));
                      return commands.push(
                          ChangeAudit.says(ctx, ChangeText::push, command), ChangeAudit.from(ctx));
                    })),
        new Endpoint(
            HttpMethod.GET, "/api/v1/config/history", ctx -> answer(ctx, commands::history)),
        new Endpoint(HttpMethod.POST, "/api/v1/config/rollback", this::rollback),
        // A wildcard, because the id of a Unix socket backend contains slashes.
        new Endpoint(HttpMethod.PATCH, POOLS + ":pool/" + BACKENDS + "*", this::set),
        new Endpoint(HttpMethod.PATCH, POOLS + ":name", ctx -> setLimits(ctx, Owner.POOL)),
        new Endpoint(HttpMethod.PATCH, LISTENERS + ":name", ctx -> setLimits(ctx, Owner.LISTENER)),
        new Endpoint(HttpMethod.POST, LISTENERS + ":name/end", this::endSessionsOfListener),
        new Endpoint(HttpMethod.POST, POOLS + ":pool/rebalance", this::rebalance),
        new Endpoint(HttpMethod.POST, POOLS + ":pool/end", this::endSessions),
        new Endpoint(HttpMethod.POST, "/api/v1/shutdown", this::shutdown));
  }

  /** Sends a revision; {@code own} sends the one in force, wanted if no number is given. */
  void revision(RoutingContext ctx, @Nullable String wanted, Consumer<RoutingContext> own) {
    if (wanted == null || String.valueOf(member.config().revision().revision()).equals(wanted)) {
      own.accept(ctx);
    } else {
      answer(
          ctx,
          () ->
              commands.get(
                  new JsonObject().put("revision", RequestReader.revision("revision", wanted))));
    }
  }

  private void rollback(RoutingContext ctx) {
    answer(
        ctx,
        () -> {
          JsonObject command = RequestReader.change(ctx, ChangeAudit.from(ctx));
          ChangeAudit.says(ctx, ChangeText::rollback, command);
          return commands.rollback(CommandBodies.rollback(command), ChangeAudit.from(ctx));
        });
  }

  private void set(RoutingContext ctx) {
    answer(
        ctx,
        () -> {
          JsonObject command = RequestReader.change(ctx, ChangeAudit.from(ctx));
          refuse(command, "pool");
          refuse(command, "backend");
          String rest = ctx.normalizedPath().substring(POOLS.length());
          int slash = rest.indexOf('/');
          command.put("pool", decoded(rest.substring(0, slash)));
          command.put("backend", decoded(rest.substring(slash + 1 + BACKENDS.length())));
          ChangeAudit.says(ctx, ChangeText::set, command);
          return commands.set(CommandBodies.set(command), ChangeAudit.from(ctx));
        });
  }

  private void setLimits(RoutingContext ctx, Owner owner) {
    answer(
        ctx,
        () -> {
          JsonObject command = RequestReader.change(ctx, ChangeAudit.from(ctx));
          for (String key : List.of("listener", "pool", "backend")) {
            refuse(command, key);
          }
          command.put(owner.label(), ctx.pathParam("name"));
          ChangeAudit.says(ctx, ChangeText::set, command);
          return commands.set(CommandBodies.limits(owner, command), ChangeAudit.from(ctx));
        });
  }

  /** Answers with what is above the shares now, and has it ended unless it is a dry run. */
  private void rebalance(RoutingContext ctx) {
    answer(
        ctx,
        () -> {
          boolean dryRun = RequestReader.dryRun(ctx.queryParams().get("dryRun"));
          Pool pool = pool(ctx.pathParam("pool"));
          JsonObject command = new JsonObject().put("pool", pool.name());
          String minAge = ctx.queryParams().get("minAge");
          if (minAge != null) {
            CommandBodies.endSessions(command.put("minAge", minAge));
          }
          ChangeAudit.says(ctx, ChangeText::endSessions, command.copy().put("dryRun", dryRun));
          Future<Void> sent =
              dryRun
                  ? Future.succeededFuture()
                  : commands.endSessions(command, ChangeAudit.from(ctx));
          return sent.compose(done -> member.rebalancePlan(pool))
              .map(plan -> RebalanceJson.of(plan, member.members()).put("dryRun", dryRun));
        });
  }

  private void endSessions(RoutingContext ctx) {
    answer(
        ctx,
        () -> {
          JsonObject command = RequestReader.json(ctx);
          refuse(command, "pool");
          Pool pool = pool(ctx.pathParam("pool"));
          String backend = command.getValue("backend") instanceof String text ? text : "";
          if (pool.backends().stream().noneMatch(each -> each.id().equals(backend))) {
            String message =
                backend + " (expected: the id of a backend of pool " + pool.name() + ")";
            throw new CommandException(CommandException.NOT_FOUND, "backend", message);
          }
          CommandBodies.endSessions(command.put("pool", pool.name()));
          ChangeAudit.says(ctx, ChangeText::endSessions, command);
          return commands.endSessions(command, ChangeAudit.from(ctx));
        },
        sent -> ctx.response().setStatusCode(202).end());
  }

  private void endSessionsOfListener(RoutingContext ctx) {
    answer(
        ctx,
        () -> {
          JsonObject command = RequestReader.json(ctx);
          for (String key : List.of("listener", "pool", "backend")) {
            refuse(command, key);
          }
          String name = ctx.pathParam("name");
          List<String> names = member.listeners().stream().map(ListenerStatus::name).toList();
          if (!names.contains(name)) {
            String expected = Problem.oneOf("the name of a listener", names);
            throw new CommandException(
                CommandException.NOT_FOUND, "listener", Problem.expected(name, expected));
          }
          CommandBodies.endSessions(command.put("listener", name));
          ChangeAudit.says(ctx, ChangeText::endSessions, command);
          return commands.endSessions(command, ChangeAudit.from(ctx));
        },
        sent -> ctx.response().setStatusCode(202).end());
  }

  private Pool pool(String name) {
    return member.pools().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new CommandException(
                    CommandException.NOT_FOUND, "pool", name + " (expected: the name of a pool)"));
  }

  private static void refuse(JsonObject body, String key) {
    if (body.containsKey(key)) {
      throw new CommandException(
          CommandException.PROBLEMS, key, "unknown key (expected: in the path only)");
    }
  }

  /** In a path, unlike in a query, a plus sign stands for itself. */
  private static String decoded(String segment) {
    return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private void shutdown(RoutingContext ctx) {
    answer(
        ctx,
        () -> {
          JsonObject command = CommandBodies.shutdown(RequestReader.json(ctx));
          ChangeAudit.says(ctx, CommandBodies::shutdownText, command);
          refuseUnknown(command.getString("member"));
          return commands.shutdown(command, ChangeAudit.from(ctx));
        },
        sent -> ctx.response().setStatusCode(202).end());
  }

  private void refuseUnknown(String named) {
    if (member.members().stream()
        .noneMatch(each -> new MemberId(each.id(), each.name()).isMeantBy(named))) {
      String message = named + " (expected: the id or name of a member, or *)";
      throw new CommandException(CommandException.NOT_FOUND, "member", message);
    }
  }

  /** Sends the result of {@code command}, which may also throw a refusal. */
  private static void answer(RoutingContext ctx, Supplier<Future<JsonObject>> command) {
    answer(ctx, command, body -> Answers.json(ctx, 200, body));
  }

  private static <T> void answer(
      RoutingContext ctx, Supplier<Future<T>> command, Handler<T> onSuccess) {
    try {
      Future<T> under = Answers.here(command.get());
      ChangeAudit.begins(ctx);
      under
          .onSuccess(answer -> ChangeAudit.done(ctx, answer))
          .onSuccess(onSuccess)
          .onFailure(refusal -> ChangeAudit.refused(ctx, refusal))
          .onFailure(refusal -> Answers.refused(ctx, refusal));
    } catch (CommandException refusal) {
      Answers.refused(ctx, refusal);
    }
  }
}
