package dev.fairlead.cli;

import dev.fairlead.cli.process.ProcessLog;
import dev.fairlead.cli.process.ProcessSignals;
import dev.fairlead.cli.process.ServiceManager;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.member.Member;
import dev.fairlead.member.StartException;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The arguments of {@code run}. {@link #of} parses the forms that service files and containers use
 * without picocli, which takes a large part of a member's start-up time: it reads every command by
 * reflection, and the class-file version of its classes excludes them from the JVM's class caches.
 */
record PlainRun(Path file, List<String> overrides, boolean cluster) {

  PlainRun {
    overrides = List.copyOf(overrides);
  }

  /**
   * Parses {@code run [-c FILE | --config FILE] [--set KEY=VALUE]... [--cluster]} as {@link
   * RunCommand} does; empty for anything else, which picocli then parses or refuses.
   */
  static Optional<PlainRun> of(String... args) {
    if (args.length == 0 || !args[0].equals("run")) {
      return Optional.empty();
    }
    String file = null;
    List<String> overrides = new ArrayList<>();
    boolean cluster = false;
    for (int i = 1; i < args.length; i++) {
      if (args[i].equals("--cluster") && !cluster) {
        cluster = true;
        continue;
      }
      String value = i + 1 < args.length ? args[i + 1] : "";
      if (value.isEmpty() || value.startsWith("-")) {
        return Optional.empty();
      }
      switch (args[i++]) {
        case "--set" -> overrides.add(value);
        case "-c", "--config" -> {
          if (file != null) {
            return Optional.empty();
          }
          file = value;
        }
        default -> {
          return Optional.empty();
        }
      }
    }
    try {
      Path path = Path.of(file == null ? ConfigOptions.DEFAULT_FILE : file);
      return Optional.of(new PlainRun(path, overrides, cluster));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** Runs a member until it has drained; {@code err} gets the reasons if the start failed. */
  int call(PrintWriter err) throws InterruptedException {
    List<String> all = new ArrayList<>(overrides);
    if (cluster) {
      all.add("cluster.enabled=true");
    }
    try {
      return run(new ConfigLoader(System.getenv(), all));
    } catch (StartException e) {
      ProcessLog.close(); // What was logged before the reasons stands before them.
      e.lines().forEach(err::println);
      return FairleadCommand.FAILED;
    } finally {
      ProcessLog.close();
    }
  }

  private int run(ConfigLoader loader) throws InterruptedException {
    ProcessSignals signals = ProcessSignals.takeOver();
    Member member = Member.start(file, loader);
    ServiceManager manager = new ServiceManager(System.getenv(ServiceManager.VARIABLE));
    manager.ready();
    member.draining().onSuccess(manager::stopping);
    signals.awaitDrain(member);
    member.stop();
    return 0;
  }
}
