package dev.fairlead.member;

import dev.fairlead.cluster.ClusterVerticle;
import dev.fairlead.config.ConfigText;
import dev.fairlead.config.Document;
import dev.fairlead.config.LoadResult;
import dev.fairlead.config.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * Gives the cluster what the member's own file says when it changes. One call at a time, from any
 * thread.
 */
final class FileChanges implements ConfigFile.Changes {
  private final Vertx vertx;
  private final ClusterVerticle cluster;
  private final LiveConfig live;
  private final KeptRevisions kept;

  FileChanges(Vertx vertx, ClusterVerticle cluster, LiveConfig live, KeptRevisions kept) {
    this.vertx = vertx;
    this.cluster = cluster;
    this.live = live;
    this.kept = kept;
  }

  @Override
  public Future<Void> apply(ConfigText text, LoadResult result) {
    live.noticeRestart(result.config());
    return cluster
        .pushFile(text.format(), text.text())
        .compose(
            answer ->
                vertx.executeBlocking(
                    () -> {
                      kept.fileTaken(digest(text));
                      return null;
                    }));
  }

  @Override
  public void problems(List<Problem> problems) {
    live.problems(problems);
  }

  /** Of a file that was read without a problem. */
  static String digest(ConfigText text) {
    return Document.of(text.format(), text.text()).orElseThrow().digest();
  }
}
