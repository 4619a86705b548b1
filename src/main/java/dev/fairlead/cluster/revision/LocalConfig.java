package dev.fairlead.cluster.revision;

import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.Revision;
import dev.fairlead.config.text.Document;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/**
 * The configuration of this process, as the cluster sees it. Any thread; every method returns at
 * once. A refusal is a {@link dev.fairlead.event.CommandException} with all problems.
 */
public interface LocalConfig {

  /** Reads a document as this member would: with its environment, overrides and node part. */
  Future<FairleadConfig> load(Document document);

  /** The same without its overrides: pools and backends are where the author put them. */
  Future<FairleadConfig> loadAsWritten(Document document);

  /** {@code {listeners, pools}} of a document that it could load, its variables unresolved. */
  Future<JsonObject> show(Document document);

  /** Checks a document on this machine and binds what it needs, all or nothing; not listening. */
  Future<PreparedChange> prepare(Document document);

  /** Whether a pool in force here has this backend because it was discovered. */
  boolean isDiscovered(String pool, String backend);

  /**
   * A document that this machine can put in force. Exactly one of the two methods is called, once;
   * if neither is, its addresses stay bound for the life of the process.
   */
  interface PreparedChange {

    /** Puts it in force as {@code revision}; a failure changes nothing and releases addresses. */
    Future<Void> commit(Revision revision);

    /** Gives its addresses back. */
    Future<Void> abort();
  }
}
