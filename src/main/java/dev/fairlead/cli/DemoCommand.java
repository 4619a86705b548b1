package dev.fairlead.cli;

import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.member.Member;
import dev.fairlead.member.StartException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs three small HTTP backends and a member in front of them, in one process. */
@Command(
    name = "demo",
    description =
        "Runs three small HTTP backends and a member in front of them, in one process, to try"
            + " Fairlead without installing anything else.")
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

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
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
      e.lines().forEach(spec.commandLine().getErr()::println);
      return FairleadCommand.FAILED;
    } finally {
      Files.deleteIfExists(file);
      vertx.close().await();
      ProcessLog.close();
    }
  }

  /** Starts backends that answer with their number; returns their ports. */
  private static List<Integer> startBackends(Vertx vertx) {
    List<Integer> ports = new ArrayList<>();
    for (int i = 1; i <= BACKENDS; i++) {
      String answer = "Hello from backend " + i + ".\n";
      HttpServer server =
          vertx
              .createHttpServer()
              .requestHandler(
                  request ->
                      request
                          .response()
                          .putHeader("Content-Type", "text/plain; charset=utf-8")
                          .putHeader("Connection", "close")
                          .end(answer));
      ports.add(server.listen(0, "127.0.0.1").await().actualPort());
    }
    return ports;
  }

  private String configuration(List<Integer> backends) {
    return String.format(
            Locale.ROOT,
            """
            node:
              admin: { host: 127.0.0.1, port: %d }
              shutdown: { grace: 2s }
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
