package dev.fairlead.cluster.revision;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendSetting;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.Revision;
import dev.fairlead.config.text.Document;
import dev.fairlead.event.CommandBodies;
import dev.fairlead.event.CommandException;
import dev.fairlead.event.CommandProblem;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.stream.IntStream;

/** The body of {@code fairlead.backend.set}, and what it makes of a document. */
record BackendChange(BackendSetting setting) {

  /**
   * Reads a body.
   *
   * @throws CommandException with everything that is wrong with it
   */
  static BackendChange of(JsonObject json) {
    return new BackendChange(BackendSetting.of(CommandBodies.set(json)));
  }

  /**
   * The document of {@code revision} with the setting in it.
   *
   * @param config what this member reads in that document
   * @param discovered whether a pool and the id of a backend name one that was discovered
   * @throws CommandException when there is no such pool or backend, or nobody configured it
   */
  Draft applyTo(Revision revision, FairleadConfig config, BiPredicate<String, String> discovered) {
    int pool = indexOf(config.pools().stream().map(PoolConfig::name).toList(), setting.pool());
    if (pool < 0) {
      throw notFound("pool", setting.pool() + " (expected: the name of a pool)");
    }
    List<BackendConfig> backends = config.pools().get(pool).backends();
    int backend = indexOf(backends.stream().map(BackendConfig::id).toList(), setting.backend());
    if (backend < 0 && discovered.test(setting.pool(), setting.backend())) {
      String message =
          setting.backend() + " is discovered (expected: a backend of the configuration)";
      throw new CommandException(
          CommandException.PROBLEMS, List.of(CommandProblem.of("backend", message)));
    }
    if (backend < 0) {
      String expected = " (expected: the id of a backend of pool " + setting.pool() + ")";
      throw notFound("backend", setting.backend() + expected);
    }
    Document document = Document.of(revision.format(), revision.text());
    Document written = document.with(pool, backend, setting);
    return new Draft(written.format(), written.text(), revision.fileDigest(), settings(revision));
  }

  /** Those of the revision and this one, which replaces one of the same backend. */
  private List<BackendSetting> settings(Revision revision) {
    List<BackendSetting> settings = new ArrayList<>(revision.settings());
    BackendSetting before = null;
    for (BackendSetting each : revision.settings()) {
      if (each.pool().equals(setting.pool()) && each.backend().equals(setting.backend())) {
        before = each;
      }
    }
    settings.remove(before);
    settings.add(before == null ? setting : setting.over(before));
    return settings;
  }

  private static int indexOf(List<String> names, String name) {
    return IntStream.range(0, names.size())
        .filter(index -> names.get(index).equals(name))
        .findFirst()
        .orElse(-1);
  }

  private static CommandException notFound(String key, String message) {
    return new CommandException(
        CommandException.NOT_FOUND, List.of(CommandProblem.of(key, message)));
  }
}
