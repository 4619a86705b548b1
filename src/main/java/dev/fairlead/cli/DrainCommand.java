package dev.fairlead.cli;

import static java.util.stream.Collectors.joining;

import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.config.Durations;
import dev.fairlead.config.Plural;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Drains one backend or listener, and ends what is left after a while. */
@Command(
    name = "drain",
    description = {
      "Sets a backend or listener draining, waits for its sessions, and ends those that are left.",
      "Exit code 0: it has no session any more, on no member; 1: it still has."
    },
    subcommands = DrainCommand.DrainListener.class)
final class DrainCommand extends ClientCommand {
  /** Raising it asks less often; lowering it returns sooner. */
  private static final long POLL_MILLIS = 500;

  /** For the last sessions to close after they were ended, and for the counts of other members. */
  private static final Duration LAST = Duration.ofSeconds(5);

  @Parameters(
      arity = "0..1",
      paramLabel = "POOL/BACKEND",
      description = "For example web/10.0.0.1:9001 or web/unix:/run/app.sock.")
  private @Nullable String target;

  @Mixin private Patience patience;

  /** As in the configuration. */
  static final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      return Durations.parse(text)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'" + text + "' (expected: " + Durations.EXPECTED + ")"));
    }
  }

  /** What is drained, as the API has it. */
  private interface Drained {
    /** In words. */
    String name();

    /** The path that changes it, and the one that ends its sessions. */
    String path();

    String endPath();

    /** What {@link #endPath} takes. */
    JsonObject end();

    /** The sessions that it has on all members; throws if that is not known. */
    long sessions(AdminClient client) throws RefusedException;
  }

  /** How long sessions have, and the drain itself. */
  static final class Patience {
    @Option(
        names = "--wait",
        paramLabel = "DURATION",
        defaultValue = "60s",
        converter = DurationConverter.class,
        description = "Time for sessions to end by themselves; default: ${DEFAULT-VALUE}.")
    private Duration wait;

    @Option(
        names = "--close-over",
        paramLabel = "DURATION",
        defaultValue = "30s",
        converter = DurationConverter.class,
        description = "Time over which those left are ended then; default: ${DEFAULT-VALUE}.")
    private Duration closeOver;

    private int drain(ClientCommand command, Drained what) throws RefusedException {
      AdminClient client = command.client();
      JsonObject set = client.send("PATCH", what.path(), new JsonObject().put("state", "draining"));
      String name = AnswerText.printable(what.name());
      command.out().println(name + " is draining");
      long left = awaitEnd(command, client, what, wait);
      if (left > 0) {
        String over = Durations.show(closeOver);
        command.out().println("ending " + Plural.of(left, "session") + " over " + over);
        client.send("POST", what.endPath(), what.end().put("over", over));
        left = awaitEnd(command, client, what, closeOver.plus(LAST));
      }
      if (left > 0) {
        command.err().println(name + ": " + Plural.of(left, "session") + " left");
        return FairleadCommand.FAILED;
      }
      List<JsonObject> missing = AnswerText.each(set, "missing");
      missing.forEach(
          each ->
              command
                  .err()
                  .println(AnswerText.problem("", each) + "; it may take new sessions of " + name));
      if (!missing.isEmpty()) {
        return FairleadCommand.FAILED;
      }
      command.out().println(name + " has no session any more");
      return 0;
    }

    /** Shows how many are left whenever that has changed; returns the last number. */
    private static long awaitEnd(
        ClientCommand command, AdminClient client, Drained what, Duration most)
        throws RefusedException {
      long until = System.nanoTime() + most.toNanos();
      long shown = -1;
      long left = what.sessions(client);
      while (left > 0 && System.nanoTime() - until < 0) {
        if (left != shown) {
          command.out().println(Plural.of(left, "session") + " left");
          command.out().flush();
          shown = left;
        }
        pause();
        left = what.sessions(client);
      }
      return left;
    }
  }

  /** {@code left}, unless that is none and members are {@code missing} in the answer. */
  private static long known(Drained what, JsonObject answer, long left) throws RefusedException {
    JsonArray missing = answer.getJsonArray("missing", new JsonArray());
    if (left == 0 && !missing.isEmpty()) {
      String members =
          missing.stream().map(String::valueOf).map(AnswerText::printable).collect(joining(", "));
      throw new RefusedException(
          members + ": no answer, and may have sessions of " + AnswerText.printable(what.name()));
    }
    return left;
  }

  private static void pause() throws RefusedException {
    try {
      boolean never = new Semaphore(0).tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS);
      assert !never;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RefusedException("interrupted");
    }
  }

  @Override
  public Integer call() throws RefusedException {
    BackendName name = backendName(target);
    return patience.drain(this, new DrainedBackend(name.pool(), name.backend()));
  }

  private record DrainedBackend(String pool, String backend) implements Drained {
    @Override
    public String name() {
      return pool + "/" + backend;
    }

    @Override
    public String path() {
      return new BackendName(pool, backend).path();
    }

    @Override
    public String endPath() {
      return "/api/v1/pools/" + AdminClient.encoded(pool) + "/end";
    }

    @Override
    public JsonObject end() {
      return new JsonObject().put("backend", backend);
    }

    @Override
    public long sessions(AdminClient client) throws RefusedException {
      Optional<Long> left =
          AnswerText.each(client.get("/api/v1/pools"), "pools").stream()
              .filter(each -> pool.equals(each.getString("name")))
              .flatMap(each -> AnswerText.each(each, "backends").stream())
              .filter(each -> backend.equals(each.getString("id")))
              .filter(each -> !"removed".equals(each.getString("state")))
              .map(each -> each.getLong("clusterActive"))
              .findFirst();
      return left.isPresent() ? left.get() : sessionsOfRemoved(client);
    }

    /** A member counts those of a removed backend for itself only. */
    private long sessionsOfRemoved(AdminClient client) throws RefusedException {
      String query =
          "&pool=" + AdminClient.encoded(pool) + "&backend=" + AdminClient.encoded(backend);
      JsonObject answer = client.get("/api/v1/sessions?scope=cluster" + query);
      return known(this, answer, answer.getJsonArray("sessions", new JsonArray()).size());
    }
  }

  private record DrainedListener(String listener) implements Drained {
    @Override
    public String name() {
      return "listener " + listener;
    }

    @Override
    public String path() {
      return "/api/v1/listeners/" + AdminClient.encoded(listener);
    }

    @Override
    public String endPath() {
      return path() + "/end";
    }

    @Override
    public JsonObject end() {
      return new JsonObject();
    }

    @Override
    public long sessions(AdminClient client) throws RefusedException {
      JsonObject answer = client.get("/api/v1/listeners?scope=cluster");
      Optional<Long> left =
          AnswerText.each(answer, "listeners").stream()
              .filter(each -> listener.equals(each.getString("name")))
              .map(each -> each.getLong("clusterActive"))
              .findFirst();
      return left.isPresent() ? known(this, answer, left.get()) : sessionsOfRemoved(client);
    }

    /** The asked member lists a removed listener while it has sessions of it itself. */
    private long sessionsOfRemoved(AdminClient client) throws RefusedException {
      String query = "&listener=" + AdminClient.encoded(listener);
      JsonObject answer = client.get("/api/v1/sessions?scope=cluster" + query);
      return known(this, answer, answer.getJsonArray("sessions", new JsonArray()).size());
    }
  }

  /** Drains a listener. */
  @Command(
      name = "listener",
      description = {
        "Sets a listener draining, waits for its sessions, and ends those that are left.",
        "Every member closes its address. Exit code 0: no session is left, on no member."
      })
  static final class DrainListener extends ClientCommand {
    @Parameters(paramLabel = "LISTENER", description = "Its name.")
    private String name;

    @Mixin private Patience patience;

    @Override
    public Integer call() throws RefusedException {
      return patience.drain(this, new DrainedListener(name));
    }
  }
}
