package dev.fairlead.member;

import dev.fairlead.admin.MemberView.InForce;
import dev.fairlead.cluster.revision.LocalConfig;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.Problem;
import dev.fairlead.config.Revision;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.config.bind.LoadResult;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.event.CommandException;
import dev.fairlead.listener.ListenException;
import dev.fairlead.listener.StaleChangeException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration in force, how another one takes its place, and what there is to say of the
 * member's own file. Changes come one at a time; every method may be called from any thread and
 * returns at once.
 */
final class LiveConfig implements LocalConfig {
  private static final Logger LOG = LoggerFactory.getLogger(LiveConfig.class);

  /** What the loader calls a document; nobody gets to see it, because problems name their path. */
  private static final String DOCUMENT = "document";

  private final Vertx vertx;
  private final Proxy proxy;
  private final Own own;
  private final Consumer<InForce> listener;
  private volatile InForce inForce;
  private volatile List<Problem> problems = List.of();
  private volatile List<String> restartNeeded = List.of();

  /**
   * What the process was started with.
   *
   * @param text of the member's own file; relative paths of every document are relative to it too
   * @param config whose {@code node} and {@code cluster} stay as they are
   * @param loader with the environment and the overrides of this process
   */
  record Own(ConfigText text, FairleadConfig config, ConfigLoader loader) {}

  /**
   * @param listener hears of every new configuration in force, in order
   */
  LiveConfig(Vertx vertx, Proxy proxy, Own own, Consumer<InForce> listener) {
    this.vertx = vertx;
    this.proxy = proxy;
    this.own = own;
    this.listener = listener;
  }

  /** Null until the first is in force. */
  InForce inForce() {
    return inForce;
  }

  List<Problem> problems() {
    return problems;
  }

  List<String> restartNeeded() {
    return restartNeeded;
  }

  @Override
  public Future<FairleadConfig> load(ConfigFormat format, String text) {
    return load(own.loader(), format, text);
  }

  @Override
  public Future<FairleadConfig> loadAsWritten(ConfigFormat format, String text) {
    return load(own.loader().withoutOverrides(), format, text);
  }

  private Future<FairleadConfig> load(ConfigLoader loader, ConfigFormat format, String text) {
    ConfigText document = new ConfigText(DOCUMENT, format, text, own.text().directory());
    return vertx
        .executeBlocking(() -> loader.loadDynamic(document, own.config()), false)
        .compose(LiveConfig::valid);
  }

  @Override
  public boolean isDiscovered(String pool, String backend) {
    return proxy.isDiscovered(pool, backend);
  }

  /**
   * {@inheritDoc} A commit that comes after another one, or after the listeners closed, is refused
   * as a {@link CommandException#CONFLICT}: it can be held anew.
   */
  @Override
  public Future<Held> hold(ConfigFormat format, String text) {
    return load(format, text)
        .compose(config -> refusing(proxy.hold(config).map(held -> new HeldConfig(config, held))));
  }

  private final class HeldConfig implements Held {
    private final FairleadConfig config;
    private final Proxy.Held held;

    private HeldConfig(FairleadConfig config, Proxy.Held held) {
      this.config = config;
      this.held = held;
    }

    @Override
    public Future<Void> commit(Revision revision) {
      return refusing(held.commit(() -> accept(new InForce(revision, config))));
    }

    @Override
    public Future<Void> release() {
      return held.release();
    }
  }

  /** Says which keys of {@code file}, as just read, wait for a restart. */
  void noticeRestart(FairleadConfig file) {
    List<String> keys = new ArrayList<>();
    keys.addAll(changed("node.", own.config().node(), file.node()));
    keys.addAll(changed("cluster.", own.config().cluster(), file.cluster()));
    if (!keys.isEmpty() && !keys.equals(restartNeeded)) {
      LOG.warn("changed, but read at start only: {}", String.join(", ", keys));
    }
    restartNeeded = List.copyOf(keys);
  }

  /** What is wrong with the file on disk; empty = nothing any more. */
  void problems(List<Problem> found) {
    if (found.isEmpty() && !problems.isEmpty()) {
      LOG.info("{}: mended", problems.get(0).source());
    }
    problems = List.copyOf(found);
    if (!found.isEmpty()) {
      LOG.error(
          "{} is not put in force, revision {} stays",
          found.get(0).source(),
          inForce.revision().revision());
      found.forEach(problem -> LOG.error("{}", problem));
    }
  }

  private void accept(InForce next) {
    inForce = next;
    LOG.info("revision {} is in force ({})", next.revision().revision(), next.revision().author());
    listener.accept(next);
  }

  private static Future<FairleadConfig> valid(LoadResult result) {
    return result.isValid()
        ? Future.succeededFuture(result.config())
        : Future.failedFuture(
            new CommandException(
                CommandException.PROBLEMS,
                result.problems().stream().map(LiveConfig::problem).toList()));
  }

  private static CommandException.Problem problem(Problem problem) {
    String message =
        problem.source().equals(Problem.OVERRIDE)
            ? Problem.OVERRIDE + " " + problem.message()
            : problem.message();
    return new CommandException.Problem(problem.path(), problem.line(), message, null);
  }

  /** What the data path does not want is a refusal; anything else is a bug and stays one. */
  private static <T> Future<T> refusing(Future<T> step) {
    return step.recover(
        cause -> {
          if (cause instanceof ListenException refused && refused.isDraining()) {
            return Future.failedFuture(
                new CommandException(CommandException.CONFLICT, refused.getMessage()));
          }
          if (cause instanceof ListenException refused) {
            var problem = CommandException.Problem.of(refused.path(), refused.getMessage());
            return Future.failedFuture(
                new CommandException(CommandException.PROBLEMS, List.of(problem)));
          }
          return Future.failedFuture(
              cause instanceof StaleChangeException
                  ? new CommandException(CommandException.CONFLICT, cause.getMessage())
                  : cause);
        });
  }

  /** The components in which two records of one type differ. */
  private static List<String> changed(String prefix, Record before, Record after) {
    List<String> keys = new ArrayList<>();
    for (RecordComponent component : before.getClass().getRecordComponents()) {
      try {
        Object old = component.getAccessor().invoke(before);
        if (!Objects.equals(old, component.getAccessor().invoke(after))) {
          keys.add(prefix + component.getName());
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(component.toString(), e);
      }
    }
    return keys;
  }
}
