package dev.fairlead.member;

import dev.fairlead.cluster.ClusterVerticle;
import dev.fairlead.config.Problem;
import dev.fairlead.config.Revision;
import dev.fairlead.config.bind.Document;
import dev.fairlead.config.bind.LoadResult;
import dev.fairlead.config.text.ConfigText;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the cluster what the member's own file says when it changes. One call at a time, from any
 * thread.
 */
final class FileChanges implements ConfigFile.Changes {
  private static final Logger LOG = LoggerFactory.getLogger(FileChanges.class);

  private final Vertx vertx;
  private final ClusterVerticle cluster;
  private final LiveConfig live;
  private final KeptRevisions kept;

  /** Of the file as it was last read without a problem, taken or not. */
  private volatile String digest;

  /**
   * Of the file as the cluster last had its say on it: taken, or at the start not asked for. As
   * long as listeners and pools are those, whatever else changes in the file is no change of
   * theirs.
   */
  private volatile String settled;

  /**
   * @param atStart the file as it was read then
   */
  FileChanges(Vertx vertx, ClusterVerticle cluster, LiveConfig live, Kept atStart) {
    this.vertx = vertx;
    this.cluster = cluster;
    this.live = live;
    this.kept = atStart.revisions();
    this.digest = digest(atStart.file());
    this.settled = digest;
  }

  /** The file as it was read at the start, and what was kept from before. */
  record Kept(ConfigText file, KeptRevisions revisions) {}

  String digest() {
    return digest;
  }

  /** A revision is in force: the cluster has what the file says, if that is its newest file. */
  void inForce(Revision revision) {
    if (revision.fileDigest().equals(digest)) {
      taken(revision.fileDigest());
    }
  }

  @Override
  public Future<Void> apply(ConfigText text, LoadResult result) {
    live.noticeRestart(result.config());
    return vertx
        .executeBlocking(() -> digest(text))
        .compose(
            read -> {
              digest = read;
              return read.equals(settled) ? Future.succeededFuture() : push(text, read);
            });
  }

  private Future<Void> push(ConfigText text, String read) {
    return cluster
        .pushFile(text.format(), text.text())
        .compose(
            answer -> {
              settled = read;
              JsonArray undone = answer.getJsonArray("undone");
              if (!undone.isEmpty()) {
                LOG.warn("{} undoes what was set: {}", text.name(), undone.encode());
              }
              return taken(read);
            });
  }

  private Future<Void> taken(String file) {
    return vertx.executeBlocking(
        () -> {
          kept.fileTaken(file);
          return null;
        });
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
