package dev.fairlead.member;

import dev.fairlead.admin.MemberView.Revision;
import dev.fairlead.config.ConfigText;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.LoadResult;
import dev.fairlead.config.Problem;
import io.vertx.core.Future;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration in force, as numbered revisions, and what there is to say of the file it came
 * from. Changes come one at a time; reading is for any thread.
 */
final class LiveConfig implements ConfigFile.Changes {
  private static final Logger LOG = LoggerFactory.getLogger(LiveConfig.class);

  private final Proxy proxy;
  private final String author;
  private final Consumer<Revision> inForce;
  private volatile Revision revision;
  private volatile List<Problem> problems = List.of();
  private volatile List<String> restartNeeded = List.of();

  /**
   * The configuration the process was started with; {@code node} and {@code cluster} stay as they
   * are there.
   */
  private FairleadConfig started;

  /**
   * @param author who made a revision that came from the file
   * @param inForce hears of every new revision
   */
  LiveConfig(Proxy proxy, String author, Consumer<Revision> inForce) {
    this.proxy = proxy;
    this.author = author;
    this.inForce = inForce;
  }

  /** Puts the first configuration in force. */
  Future<Void> start(ConfigText text, FairleadConfig config) {
    started = config;
    return proxy.apply(config).onSuccess(done -> accept(text, config));
  }

  /** Null until the first is in force. */
  Revision revision() {
    return revision;
  }

  List<Problem> problems() {
    return problems;
  }

  List<String> restartNeeded() {
    return restartNeeded;
  }

  @Override
  public Future<Void> apply(ConfigText text, LoadResult result) {
    FairleadConfig config = result.config();
    noticeRestart(config);
    FairleadConfig current = revision.config();
    if (config.listeners().equals(current.listeners()) && config.pools().equals(current.pools())) {
      LOG.info("{}: listeners and pools are unchanged", text.name());
      return Future.succeededFuture();
    }
    return proxy.apply(config).onSuccess(done -> accept(text, config));
  }

  @Override
  public void problems(List<Problem> found) {
    if (found.isEmpty() && !problems.isEmpty()) {
      LOG.info("{}: mended", problems.get(0).source());
    }
    problems = List.copyOf(found);
    if (!found.isEmpty()) {
      LOG.error(
          "{} is not put in force, revision {} stays", found.get(0).source(), revision.revision());
      found.forEach(problem -> LOG.error("{}", problem));
    }
  }

  private void accept(ConfigText text, FairleadConfig config) {
    long number = revision == null ? 1 : revision.revision() + 1;
    revision =
        new Revision(number, Instant.now(), author, text.format().label(), text.text(), config);
    LOG.info("revision {} is in force ({})", number, text.name());
    inForce.accept(revision);
  }

  private void noticeRestart(FairleadConfig config) {
    List<String> keys = new ArrayList<>();
    keys.addAll(changed("node.", started.node(), config.node()));
    keys.addAll(changed("cluster.", started.cluster(), config.cluster()));
    if (!keys.isEmpty() && !keys.equals(restartNeeded)) {
      LOG.warn("changed, but read at start only: {}", String.join(", ", keys));
    }
    restartNeeded = List.copyOf(keys);
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
