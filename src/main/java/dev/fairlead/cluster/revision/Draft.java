package dev.fairlead.cluster.revision;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendSetting;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.LimitSetting;
import dev.fairlead.config.LimitSetting.Owner;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.Problem;
import dev.fairlead.config.Revision;
import dev.fairlead.config.Revision.Origin;
import dev.fairlead.config.text.Document;
import dev.fairlead.event.CommandException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.BiPredicate;

/**
 * What is to become the next revision; {@code rewritten} when the comments and the layout of the
 * document before are lost. Immutable; methods that parse it are for workers.
 */
public record Draft(
    Document document,
    String fileDigest,
    List<Revision.SingleSetting> settings,
    boolean rewritten) {

  public Draft {
    settings = List.copyOf(settings);
  }

  Draft(Document document, String fileDigest, List<Revision.SingleSetting> settings) {
    this(document, fileDigest, settings, false);
  }

  /** The unchanged content of {@code revision}. */
  static Draft of(Revision revision, Document document) {
    return new Draft(document, revision.fileDigest(), revision.settings());
  }

  /** The document of a member's file. */
  static Draft ofFile(Document file) {
    return new Draft(file, file.digest(), List.of());
  }

  static Document documentOf(Revision revision) {
    return Document.of(revision.format(), revision.text());
  }

  /**
   * The document of {@code revision}, read as {@code config}, with one backend's weight or state
   * replaced. Throws {@link CommandException} when the backend is not configured.
   */
  static Draft withSetting(
      BackendSetting setting,
      Revision revision,
      Document document,
      FairleadConfig config,
      BiPredicate<String, String> discovered) {
    List<String> pools = config.pools().stream().map(PoolConfig::name).toList();
    int pool = pools.indexOf(setting.pool());
    if (pool < 0) {
      throw notFound(
          "pool", Problem.expected(setting.pool(), Problem.oneOf("the name of a pool", pools)));
    }
    List<BackendConfig> backends = config.pools().get(pool).backends();
    List<String> ids = backends.stream().map(BackendConfig::id).toList();
    int backend = ids.indexOf(setting.backend());
    if (backend < 0 && discovered.test(setting.pool(), setting.backend())) {
      String message =
          setting.backend() + " is discovered (expected: a backend of the configuration)";
      throw new CommandException(CommandException.PROBLEMS, "backend", message);
    }
    if (backend < 0) {
      String expected = Problem.oneOf("the id of a backend of pool " + setting.pool(), ids);
      throw notFound("backend", Problem.expected(setting.backend(), expected));
    }
    Document.ChangedDocument changed = document.with(pool, backend, setting);
    return new Draft(
        changed.document(),
        revision.fileDigest(),
        merged(revision.settings(), setting),
        changed.rewritten());
  }

  /** The same with limits of a listener or pool, or the state of a listener. */
  static Draft withLimits(
      LimitSetting setting, Revision revision, Document document, FairleadConfig config) {
    List<String> names =
        setting.owner() == Owner.LISTENER
            ? config.listeners().stream().map(ListenerConfig::name).toList()
            : config.pools().stream().map(PoolConfig::name).toList();
    String label = setting.owner().label();
    int index = names.indexOf(setting.name());
    if (index < 0) {
      String expected = Problem.oneOf("the name of a " + label, names);
      throw notFound(label, Problem.expected(setting.name(), expected));
    }
    try {
      Document.ChangedDocument changed = document.with(index, setting);
      return new Draft(
          changed.document(),
          revision.fileDigest(),
          merged(revision.settings(), setting),
          changed.rewritten());
    } catch (NoSuchElementException flat) {
      throw new CommandException(
          CommandException.PROBLEMS,
          label,
          setting.name()
              + " (expected: a document with listeners and pools: host, port and"
              + " backends alone have no limits and no state)");
    }
  }

  /** {@code setting} replaces the one of the same and takes over what it leaves open. */
  private static List<Revision.SingleSetting> merged(
      List<Revision.SingleSetting> before, Revision.SingleSetting setting) {
    List<Revision.SingleSetting> settings = new ArrayList<>(before);
    Revision.SingleSetting merged = setting;
    for (Revision.SingleSetting each : before) {
      if (setting.isOfSame(each)) {
        settings.remove(each);
        merged = setting.over(each);
      }
    }
    settings.add(merged);
    return settings;
  }

  private static CommandException notFound(String key, String message) {
    return new CommandException(CommandException.NOT_FOUND, key, message);
  }

  /** Whether {@code other} has the same keys and values, in whatever format and layout. */
  boolean isSameAs(Document other) {
    return document.equals(other) || document.digest().equals(other.digest());
  }

  /** Its id is made of its content, so members that begin alone with one file have one revision. */
  public Revision first(Origin origin) {
    return numbered(1, idOfFile(1), "", origin);
  }

  /** The revision after {@code current}, with {@code id} as the id of the push. */
  Revision after(Revision current, String id, Origin origin) {
    return numbered(current.revision() + 1, id, current.id(), origin);
  }

  /** The revision after {@code kept}, of the member that begins with a changed file. */
  Revision afterRestart(Revision kept, Origin origin) {
    return after(kept, idOfFile(kept.revision() + 1), origin);
  }

  private String idOfFile(long number) {
    return number + "-" + fileDigest;
  }

  private Revision numbered(long number, String id, String parent, Origin origin) {
    return new Revision(
        number,
        id,
        parent,
        Instant.now().truncatedTo(ChronoUnit.MILLIS),
        origin,
        document.format(),
        document.text(),
        fileDigest,
        settings);
  }
}
