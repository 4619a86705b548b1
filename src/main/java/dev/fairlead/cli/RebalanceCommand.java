package dev.fairlead.cli;

import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.terminal.AnswerText;
import dev.fairlead.config.Durations;
import dev.fairlead.config.Plural;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Ends the sessions that the backends of a pool hold above their shares, once. */
@Command(
    name = "rebalance",
    description = {
      "Ends what the backends of a pool hold above their share, on all members, once.",
      "By the pool's rebalance key; without it by the defaults. Goes on for ten minutes at most."
    })
final class RebalanceCommand extends ClientCommand {
  @Parameters(paramLabel = "POOL", description = "The name of a pool.")
  private String pool;

  @Option(names = "--dry-run", description = "Only show how many would be ended, and where.")
  private boolean dryRun;

  @Option(
      names = "--min-age",
      paramLabel = "DURATION",
      converter = DrainCommand.DurationConverter.class,
      description = "Leave younger sessions alone; default: as the rebalance key says, else 5m.")
  private @Nullable Duration minAge;

  @Override
  public Integer call() throws RefusedException {
    String path = "/api/v1/pools/" + AdminClient.encoded(pool) + "/rebalance?dryRun=" + dryRun;
    if (minAge != null) {
      path += "&minAge=" + Durations.show(minAge);
    }
    JsonObject answer = client().send("POST", path, new JsonObject());
    for (JsonObject backend : AnswerText.each(answer, "backends")) {
      out()
          .printf(
              Locale.ROOT,
              "%s: %s of %s%n",
              AnswerText.printable(backend.getString("id")),
              backend.getLong("ends"),
              Plural.of(backend.getLong("sessions"), "session"));
      for (JsonObject member : AnswerText.each(backend, "members")) {
        if (member.getLong("ends") > 0) {
          out()
              .printf(
                  Locale.ROOT,
                  "  member %s: %s of %s%n",
                  AnswerText.printable(member.getString("member")),
                  member.getLong("ends"),
                  member.getLong("sessions"));
        }
      }
    }
    String verb = dryRun ? "would be ended" : "are being ended";
    out()
        .printf(
            Locale.ROOT,
            "%s %s, at most %s a second%n",
            Plural.of(answer.getLong("ends"), "session"),
            verb,
            answer.getLong("perSecond"));
    return 0;
  }
}
