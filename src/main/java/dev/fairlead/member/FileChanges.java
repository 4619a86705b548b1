package dev.fairlead.member;

import dev.fairlead.cluster.ClusterVerticle;
import dev.fairlead.config.Problem;
import dev.fairlead.config.Revision;
import dev.fairlead.config.bind.ConfigLoader.LoadResult;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.event.AuditLog;
import dev.fairlead.event.AuditLog.Actor;
import dev.fairlead.member.file.KeptRevisions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pushes the member's own file to the cluster when its listeners and pools change. One call at a
 * time, from any thread.
 */
final class FileChanges implements ConfigFile.Changes {
  private static final Logger LOG = LoggerFactory.getLogger(FileChanges.class);

  private static final String CHANGE = "push of the member's own file";

  private final Vertx vertx;
  private final ClusterVerticle cluster;
  private final LiveConfig live;
  private final KeptRevisions kept;

  /** Of the file when it was last read without a problem, whether or not the cluster took it. */
  private volatile String digest;

  /**
   * Of the content the cluster has decided on: taken, or at the start not offered. A file with this
   * digest is not pushed, whatever changes in its {@code node} and {@code cluster}.
   */
  private volatile String settled;

  /** The last one in the audit log, empty = the last push was taken. */
  private volatile String refusal = "";

  FileChanges(
      Vertx vertx, ClusterVerticle cluster, LiveConfig live, ConfigText file, KeptRevisions kept) {
    this.vertx = vertx;
    this.cluster = cluster;
    this.live = live;
    this.kept = kept;
    this.digest = file.document().digest();
    this.settled = digest;
  }

  String digest() {
    return digest;
  }

  /** Records the file as taken if its content is that of the revision put in force. */
  void inForce(Revision revision) {
    if (revision.fileDigest().equals(digest)) {
      taken(revision.fileDigest());
    }
  }

  @Override
  public Future<Void> apply(ConfigText text, LoadResult result) {
    live.noticeRestart(result.config());
    return vertx
        .executeBlocking(
            () -> {
              live.fileRead(text.document());
              return text.document().digest();
            })
        .compose(
            read -> {
              digest = read;
              return read.equals(settled) ? Future.succeededFuture() : push(text, read);
            });
  }

  private Future<Void> push(ConfigText text, String read) {
    Actor actor = Actor.of(null, "file " + text.name());
    return cluster
        .pushFile(text.document())
        .onSuccess(answer -> audit(actor, answer))
        .onFailure(cause -> auditRefusal(actor, cause))
        .compose(
            answer -> {
              settled = read;
              JsonArray undone = answer.getJsonArray("undone");
              if (!undone.isEmpty()) {
                LOG.warn("{} undoes settings of single backends: {}", text.name(), shown(undone));
              }
              return taken(read);
            });
  }

  /** A refused file is pushed again and again. */
  private void auditRefusal(Actor actor, Throwable cause) {
    if (!String.valueOf(cause.getMessage()).equals(refusal)) {
      refusal = String.valueOf(cause.getMessage());
      AuditLog.refused(actor, CHANGE, cause);
    }
  }

  private void audit(Actor actor, JsonObject answer) {
    refusal = "";
    if (!answer.getBoolean("unchanged", false)) {
      AuditLog.done(actor, CHANGE, AuditLog.result(answer));
    }
  }

  private static String shown(JsonArray settings) {
    return settings.stream()
        .map(each -> Problem.oneLine(Revision.SingleSetting.of((JsonObject) each).toString()))
        .collect(Collectors.joining("; "));
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

  @Override
  public long revision() {
    return live.inForce().revision().revision();
  }
}
