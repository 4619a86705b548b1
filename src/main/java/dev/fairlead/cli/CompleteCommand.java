package dev.fairlead.cli;

import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.terminal.AnswerText;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Prints names of the running cluster for a shell's completion, one per line. Says nothing about
 * what fails, and gives up 2 s after the request: a key was pressed, no command was given.
 */
@Command(name = "__complete", hidden = true, description = "For the scripts of completion.")
final class CompleteCommand extends ClientCommand {
  private static final String API = "/api/v1/";

  /**
   * Without the start of the JVM and of the client. Raising it gives names on a busier machine;
   * lowering it ends sooner the wait for a member that does not answer.
   */
  private static final long LIMIT_SECONDS = 2;

  @Parameters(
      paramLabel = "NAMES",
      description = "pools, backends, members, listeners, sessions or revisions.")
  private String names;

  @Override
  public Integer call() throws InterruptedException {
    try {
      AdminClient client = client();
      CompletableFuture<List<String>> answer =
          CompletableFuture.supplyAsync(() -> ask(client), daemon -> start(daemon));
      answer.get(LIMIT_SECONDS, TimeUnit.SECONDS).forEach(out()::println);
    } catch (RefusedException | ExecutionException | TimeoutException e) {
      return 0;
    }
    return 0;
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "complete");
    thread.setDaemon(true);
    thread.start();
  }

  private List<String> ask(AdminClient client) {
    try {
      return switch (names) {
        case "pools", "members", "listeners" -> listed(client.get(API + names), names, "name");
        case "sessions" ->
            listed(client.get(API + "sessions?scope=cluster&limit=200"), names, "id");
        case "revisions" -> listed(client.get(API + "config/history"), "history", "revision");
        case "backends" ->
            AnswerText.each(client.get(API + "pools"), "pools").stream()
                .flatMap(CompleteCommand::backends)
                .toList();
        default -> List.of();
      };
    } catch (RefusedException e) {
      return List.of();
    }
  }

  private static List<String> listed(JsonObject answer, String list, String field) {
    return AnswerText.each(answer, list).stream()
        .map(one -> AnswerText.printable(String.valueOf(one.getValue(field))))
        .toList();
  }

  private static Stream<String> backends(JsonObject pool) {
    return AnswerText.each(pool, "backends").stream()
        .map(one -> AnswerText.printable(pool.getString("name") + "/" + one.getString("id")));
  }
}
