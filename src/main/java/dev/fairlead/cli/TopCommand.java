package dev.fairlead.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows members and pools, again every second. */
@Command(
    name = "top",
    description = {
      "Shows members and pools, again every second, until Ctrl-C.",
      "HERE and the rates (per second) are those of the member that is asked. Where the output is"
          + " no terminal, the pictures follow each other."
    })
final class TopCommand implements Callable<Integer> {
  /** ANSI: to the upper left corner, and erase from there to the end. */
  private static final String REDRAW = "\u001b[H\u001b[2J";

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "0",
      description = "End after N pictures; 0, the default: never.")
  private long count;

  @Mixin private AdminOptions admin;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws RefusedException, InterruptedException {
    if (count < 0) {
      throw new ParameterException(
          spec.commandLine(), "--count: " + count + " (expected: 1 or more, or 0 for no end)");
    }
    AdminClient client = admin.client();
    PrintWriter out = spec.commandLine().getOut();
    // Nobody counts it down: waiting for it is what a second takes.
    CountDownLatch never = new CountDownLatch(1);
    TopSample before = null;
    long shown = 0;
    do {
      TopSample now = TopSample.of(client);
      out.print(Terminal.isThere() ? REDRAW : "");
      now.print(out, before);
      before = now;
      shown++;
    } while (shown != count && !never.await(1, TimeUnit.SECONDS));
    return 0;
  }
}
