package dev.fairlead.cli;

import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.process.ProcessLog;
import dev.fairlead.cli.process.ProcessSignals;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.member.Member;
import dev.fairlead.member.StartException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs small HTTP backends, with a member in front of them in the same process or without. */
@Command(
    name = "demo",
    description =
        "Runs three small HTTP backends and a member in front of them, in one process, to try"
            + " Fairlead without installing anything else. With --backends only the backends.")
final class DemoCommand implements Callable<Integer> {
  private static final int BACKENDS = 3;
  private static final String LISTENER = "demo";

  @Option(
      names = "--port",
      defaultValue = "8080",
      description = "Port of the listener, 0 = any free; default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--admin-port",
      defaultValue = "8081",
      description = "Port of the admin page, 0 = any free; default: ${DEFAULT-VALUE}.")
  private int adminPort;

  @Option(
      names = "--backends",
      paramLabel = "PORT",
      split = ",",
      description =
          "Only the backends, on these ports of 127.0.0.1, without a member; separated by commas.")
  private List<Integer> backends = List.of();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException, RefusedException {
    return backends.isEmpty() ? runAll() : runBackends();
  }

  private int runBackends() throws InterruptedException, RefusedException {
    if (spec.commandLine().getParseResult().matchedOptions().size() > 1) {
      throw new ParameterException(
          spec.commandLine(), "--backends: there is no member (expected: no other option)");
    }
    CountDownLatch stopped = ProcessSignals.untilStopped();
    Vertx vertx = Vertx.vertx();
    for (int each : backends) {
      try {
        startBackend(vertx, each, String.valueOf(each));
      } catch (Exception e) { // await() throws checked ones undeclared.
        throw new RefusedException("--backends: " + each + " (expected: a free port)");
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    backends.forEach(each -> out.println("backend on http://127.0.0.1:" + each + "/"));
    out.flush();
    stopped.await();
    vertx.close().await();
    return 0;
  }

  private int runAll() throws IOException, InterruptedException {
    ProcessSignals signals = ProcessSignals.takeOver();
    Vertx vertx = Vertx.vertx();
    Path file = Files.createTempFile("fairlead-demo", ".yaml");
    try {
      Files.writeString(file, configuration(startBackends(vertx)));
      Member member = Member.start(file, new ConfigLoader(Map.of(), List.of()));
      welcome(spec.commandLine().getOut(), member, file);
      signals.awaitDrain(member);
      member.stop();
      return 0;
    } catch (StartException e) {
      e.lines().stream()
          .map(line -> ofOptions(line, file))
          .forEach(spec.commandLine().getErr()::println);
      return FairleadCommand.FAILED;
    } finally {
      Files.deleteIfExists(file);
      vertx.close().await();
      ProcessLog.close();
    }
  }

  /** The user knows the options, not the keys of a temporary file that is deleted already. */
  static String ofOptions(String problem, Path file) {
    return problem
        .replaceFirst("^" + Pattern.quote(file.toString()) + "(:[0-9]+)?: ", "")
        .replaceFirst("^listeners\\[0]\\.bind:", "--port:")
        .replaceFirst("^node\\.admin(\\.port)?:", "--admin-port:");
  }

  /** Starts backends that answer with their number; returns their ports. */
  private static List<Integer> startBackends(Vertx vertx) {
    return IntStream.rangeClosed(1, BACKENDS)
        .mapToObj(number -> startBackend(vertx, 0, String.valueOf(number)))
        .toList();
  }

  /** Starts a backend that answers with its name, on {@code port}, 0 = any; returns its port. */
  private static int startBackend(Vertx vertx, int port, String name) {
    String answer = "Hello from backend " + name + ".\n";
    return vertx
        .createHttpServer()
        .requestHandler(
            request ->
                request
                    .response()
                    .putHeader("Content-Type", "text/plain; charset=utf-8")
                    .putHeader("Connection", "close")
                    .end(answer))
        .listen(port, "127.0.0.1")
        .await()
        .actualPort();
  }

  private String configuration(List<Integer> backends) {
    return String.format(
            Locale.ROOT,
            """
            node:
              admin: { host: 127.0.0.1, port: %d }
              shutdown: { grace: 2s }
              rehearsal: 0s
            listeners:
              - { name: %s, bind: '127.0.0.1:%d', pool: demo }
            pools:
              - name: demo
                backends:
            """,
            adminPort,
            LISTENER,
            port)
        + backends.stream()
            .map(backend -> "      - { host: 127.0.0.1, port: " + backend + " }\n")
            .collect(Collectors.joining());
  }

  private static void welcome(PrintWriter out, Member member, Path file) {
    String listener = member.addresses().get(LISTENER);
    out.println();
    out.println("Fairlead is running, with three backends behind it.");
    out.println();
    out.println("  Send it requests:     curl http://" + listener + "/");
    out.println("  Watch it live:        http://127.0.0.1:" + member.adminPort() + "/");
    out.println("  Edit and save:        " + file);
    out.println("  Stop it:              Ctrl-C");
    out.println();
    out.flush();
  }
}
