package dev.fairlead.cluster.revision;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.Revision;
import io.vertx.core.Future;

/**
 * The configuration of this very process, as the cluster sees it. Every method may be called from
 * any thread; what is refused is a {@link dev.fairlead.event.CommandException} that has every
 * problem.
 */
public interface LocalConfig {

  /** Reads a document as this member would: with its environment, overrides and node part. */
  Future<FairleadConfig> load(ConfigFormat format, String text);

  /** The same without its overrides: pools and backends are where the author put them. */
  Future<FairleadConfig> loadAsWritten(ConfigFormat format, String text);

  /**
   * Reads a document, checks it against this machine and takes the addresses it needs, bound but
   * not listening. When it fails nothing stays taken.
   */
  Future<PreparedChange> prepare(ConfigFormat format, String text);

  /** Whether a pool in force here has this backend because it was discovered. */
  boolean isDiscovered(String pool, String backend);

  /** A document that this machine can put in force. Exactly one of its methods is called, once. */
  interface PreparedChange {

    /**
     * Puts it in force as {@code revision}: all of it, or nothing.
     *
     * @return fails when it is not in force; everything taken is released then
     */
    Future<Void> commit(Revision revision);

    /** Releases what was taken. */
    Future<Void> abort();
  }
}
