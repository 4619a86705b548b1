package dev.fairlead.cli;

import dev.fairlead.cli.client.AdminClient;
import dev.fairlead.cli.client.RefusedException;
import dev.fairlead.cli.terminal.Style;
import dev.fairlead.cli.terminal.TextOutput;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that prints the answer of one API path, as text or as JSON, once or repeatedly. */
abstract class View extends ClientCommand {
  /** ECMA-48: cursor to the upper left corner; erase to the end of the line, of the screen. */
  private static final String HOME = "\u001b[H";

  private static final String END_OF_LINE = "\u001b[K";
  private static final String END_OF_SCREEN = "\u001b[J";

  @Option(names = "--json", description = "Print the API's answer as JSON.")
  private boolean json;

  @Mixin private LookOptions look;

  @Mixin private WatchOptions watch;

  abstract String path();

  abstract void print(JsonObject answer, AdminClient client, TextOutput out)
      throws RefusedException;

  /** Refuses wrong options before anything is asked. */
  void check() {}

  boolean isWide() {
    return false;
  }

  @Override
  public final Integer call() throws RefusedException, InterruptedException {
    Style style = look.style(isWide());
    watch.check();
    check();
    AdminClient client = client();
    boolean redraws = watch.isWanted() && !json && style.colours() && look.isTerminal();
    long shown = 0;
    do {
      JsonObject answer = client.get(path());
      StringWriter text = new StringWriter();
      PrintWriter page = new PrintWriter(text);
      if (json) {
        page.println(watch.isWanted() ? answer.encode() : answer.encodePrettily());
      } else {
        print(answer, client, new TextOutput(page, style));
      }
      page.flush();
      out().print(redraws ? redrawn(text.toString()) : text + (separates() ? "\n" : ""));
      out().flush();
      shown++;
    } while (!out().checkError() && watch.next(shown));
    return 0;
  }

  /** Tables that follow each other are separated by an empty line. */
  private boolean separates() {
    return watch.isWanted() && !json;
  }

  /** Over what was there before, line by line, so that nothing flickers. */
  private static String redrawn(String text) {
    StringBuilder screen = new StringBuilder(HOME);
    text.lines().forEach(line -> screen.append(line).append(END_OF_LINE).append('\n'));
    return screen.append(END_OF_SCREEN).toString();
  }
}
