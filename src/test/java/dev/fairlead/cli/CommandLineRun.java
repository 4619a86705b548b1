package dev.fairlead.cli;

import dev.fairlead.admin.AdminServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a command printed and its exit code. */
record CommandLineRun(int exitCode, String out, String err) {

  /** Runs a command in this process, as with no environment. */
  static CommandLineRun of(String... args) {
    return of(Map.of(), args);
  }

  /** Runs a command in this process. */
  static CommandLineRun of(Map<String, String> environment, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        FairleadCommand.execute(
            environment, new PrintWriter(out, true), new PrintWriter(err, true), args);
    return new CommandLineRun(code, out.toString(), err.toString());
  }

  /** Runs a client command against {@code server}. */
  static CommandLineRun of(AdminServer server, String... args) {
    return of(
        Stream.concat(Stream.of(args), Stream.of("--admin", server.url())).toArray(String[]::new));
  }

  List<String> outLines() {
    return out.lines().toList();
  }

  List<String> errLines() {
    return err.lines().toList();
  }
}
