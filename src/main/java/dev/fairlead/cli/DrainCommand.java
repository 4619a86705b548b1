package dev.fairlead.cli;

import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.config.Durations;
import dev.fairlead.config.Plural;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Drains one backend, and ends what is left after a while. */
@Command(
    name = "drain",
    description = {
      "Sets a backend draining, waits for its sessions, and ends those that are left.",
      "Exit code 0: it has no session any more, on no member; 1: it still has."
    })
final class DrainCommand extends ClientCommand {
  /** Raising it asks less often; lowering it returns sooner. */
  private static final long POLL_MILLIS = 500;

  /** For the last sessions to close after they were ended, and for the counts of other members. */
  private static final Duration LAST = Duration.ofSeconds(5);

  @Parameters(
      paramLabel = "POOL/BACKEND",
      description = "For example web/10.0.0.1:9001 or web/unix:/run/app.sock.")
  private String target;

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

  @Override
  public Integer call() throws RefusedException {
    int slash = target.indexOf('/');
    if (slash < 1 || slash == target.length() - 1) {
      throw wrong(target + " (expected: POOL/BACKEND)");
    }
    String pool = target.substring(0, slash);
    String backend = target.substring(slash + 1);
    AdminClient client = client();
    String path = "/api/v1/pools/" + AdminClient.encoded(pool);
    client.send(
        "PATCH",
        path + "/backends/" + AdminClient.encoded(backend),
        new JsonObject().put("state", "draining"));
    out().println(AnswerText.printable(target) + " is draining");
    long left = awaitEnd(client, pool, backend, wait);
    if (left > 0) {
      String over = Durations.show(closeOver);
      out().println("ending " + Plural.of(left, "session") + " over " + over);
      client.send(
          "POST", path + "/end", new JsonObject().put("backend", backend).put("over", over));
      left = awaitEnd(client, pool, backend, closeOver.plus(LAST));
    }
    if (left > 0) {
      err().println(AnswerText.printable(target) + ": " + Plural.of(left, "session") + " left");
      return FairleadCommand.FAILED;
    }
    out().println(AnswerText.printable(target) + " has no session any more");
    return 0;
  }

  /** Shows how many are left whenever that has changed; returns the last number. */
  private long awaitEnd(AdminClient client, String pool, String backend, Duration most)
      throws RefusedException {
    long until = System.nanoTime() + most.toNanos();
    long shown = -1;
    long left = sessions(client, pool, backend);
    while (left > 0 && System.nanoTime() - until < 0) {
      if (left != shown) {
        out().println(Plural.of(left, "session") + " left");
        out().flush();
        shown = left;
      }
      pause();
      left = sessions(client, pool, backend);
    }
    return left;
  }

  /** Of all members. */
  private static long sessions(AdminClient client, String pool, String backend)
      throws RefusedException {
    return AnswerText.each(client.get("/api/v1/pools"), "pools").stream()
        .filter(each -> pool.equals(each.getString("name")))
        .flatMap(each -> AnswerText.each(each, "backends").stream())
        .filter(each -> backend.equals(each.getString("id")))
        .mapToLong(each -> each.getLong("clusterActive"))
        .findFirst()
        .orElse(0);
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
}
