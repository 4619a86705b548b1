package dev.fairlead.admin;

import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.Revision;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.pool.Pool;
import dev.fairlead.session.SessionRecord;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;

/**
 * What the admin listener shows of a member. Every method may be called from any thread and returns
 * at once.
 */
public interface MemberView {

  /** False when an event loop has not turned for 10 s. */
  boolean isLive();

  /** Why the member takes no traffic now, empty = it is ready. */
  List<String> notReadyReasons();

  Status status();

  /** All members that are there, this one included. */
  List<MemberInfo> members();

  List<ListenerStatus> listeners();

  List<Pool> pools();

  /** The live sessions of this member, gathered from its event loops. */
  Future<List<SessionRecord>> sessions();

  /** Ends a session of this member with reason {@code admin}; false = there is none of that id. */
  Future<Boolean> closeSession(String id);

  /** Null until the first is in force. */
  InForce config();

  /**
   * One member.
   *
   * @param fileInForce whether the listeners and pools of the file on disk are those in force
   * @param configAuthor who made what is in force
   * @param configProblems what is wrong with the file on disk
   * @param restartNeeded keys of {@code node} and {@code cluster} whose change in the file waits
   *     for a restart
   */
  record Status(
      String id,
      String name,
      String version,
      Instant started,
      String transport,
      int eventLoops,
      long sessions,
      int maxSessions,
      boolean draining,
      boolean clustered,
      String configFile,
      boolean fileInForce,
      String configAuthor,
      List<String> configProblems,
      List<String> restartNeeded) {}

  /**
   * One listener.
   *
   * @param bind as configured
   * @param address as bound, with the real port
   */
  record ListenerStatus(
      String name, String bind, String address, String pool, long active, long total) {}

  /**
   * The configuration in force.
   *
   * @param config what this member made of the revision's text
   */
  record InForce(Revision revision, FairleadConfig config) {}
}
