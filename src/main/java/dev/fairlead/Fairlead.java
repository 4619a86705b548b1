package dev.fairlead;

import dev.fairlead.cli.FairleadCommand;
import java.io.PrintWriter;
import java.nio.charset.Charset;

/** Entry point of the jar. */
public final class Fairlead {
  private Fairlead() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    Charset charset = Charset.defaultCharset();
    PrintWriter out = new PrintWriter(System.out, true, charset);
    PrintWriter err = new PrintWriter(System.err, true, charset);
    System.exit(FairleadCommand.execute(System.getenv(), out, err, args));
  }
}
