package dev.fairlead.member;

import dev.fairlead.config.ConfigText;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.LoadResult;
import dev.fairlead.config.Problem;
import dev.fairlead.config.Revision;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes revisions of the member's own file while the member is alone. One call at a time, from any
 * thread.
 */
final class FileChanges implements ConfigFile.Changes {
  private static final Logger LOG = LoggerFactory.getLogger(FileChanges.class);

  private final LiveConfig live;
  private final String author;

  /**
   * @param name the member's, for the author of what it makes
   */
  FileChanges(LiveConfig live, String name) {
    this.live = live;
    this.author = "file:" + name;
  }

  /** Puts the file in force that the member was started with. */
  Future<Void> start(ConfigText text) {
    return putInForce(text);
  }

  @Override
  public Future<Void> apply(ConfigText text, LoadResult result) {
    FairleadConfig config = result.config();
    live.noticeRestart(config);
    FairleadConfig current = live.inForce().config();
    if (config.listeners().equals(current.listeners()) && config.pools().equals(current.pools())) {
      LOG.info("{}: listeners and pools are unchanged", text.name());
      return Future.succeededFuture();
    }
    return putInForce(text);
  }

  @Override
  public void problems(List<Problem> problems) {
    live.problems(problems);
  }

  private Future<Void> putInForce(ConfigText text) {
    return live.hold(text.format(), text.text()).compose(held -> held.commit(next(text)));
  }

  private Revision next(ConfigText text) {
    Revision before = live.inForce() == null ? null : live.inForce().revision();
    return new Revision(
        before == null ? 1 : before.revision() + 1,
        UUID.randomUUID().toString(),
        before == null ? "" : before.id(),
        Instant.now(),
        author,
        text.name(),
        text.format(),
        text.text(),
        digest(text.text()),
        List.of());
  }

  private static String digest(String text) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
