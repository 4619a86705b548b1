package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.signing.Secret;
import dev.fairlead.config.Revision;
import io.vertx.core.Context;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes and reads revisions for the shared map and the state directory, signed where there is a
 * secret. Immutable; any thread but an event loop, because both take some 10 ms for each megabyte.
 */
final class RevisionCodec {
  private static final Logger LOG = LoggerFactory.getLogger(RevisionCodec.class);
  private static final String MAC = "mac";

  private final @Nullable Secret secret;

  /** Without a secret nothing is signed, and signed revisions are rejected. */
  RevisionCodec(@Nullable Secret secret) {
    this.secret = secret;
  }

  String write(Revision revision) {
    assert !Context.isOnEventLoopThread() : "encodes and signs a whole document";
    JsonObject json = revision.toJson();
    return (secret == null ? json : json.put(MAC, secret.mac(revision))).encode();
  }

  /** Null when {@code value} is no revision or is not signed with this member's secret. */
  @Nullable Revision read(@Nullable String value) {
    assert !Context.isOnEventLoopThread() : "decodes and verifies a whole document";
    if (value == null) {
      return null;
    }
    try {
      JsonObject json = new JsonObject(value);
      Revision revision = Revision.of(json);
      String mac = json.getString(MAC);
      if (secret == null ? mac == null : mac != null && secret.verifies(revision, mac)) {
        return revision;
      }
      LOG.debug("stored revision {} ignored: not signed with our secret", revision.revision());
    } catch (RuntimeException e) {
      LOG.debug("unreadable stored revision ignored: {}", e.toString());
    }
    return null;
  }

  /** Those of {@code kept} with a valid signature, in the same order. */
  List<Revision> readAll(List<String> kept) {
    List<Revision> believed = kept.stream().map(this::read).filter(Objects::nonNull).toList();
    if (believed.size() < kept.size()) {
      LOG.warn(
          "only {} of {} kept revisions are readable and signed with our secret",
          believed.size(),
          kept.size());
    }
    return believed;
  }

  /** Whether a value has a signature at all, valid or not. */
  static boolean isSigned(String value) {
    try {
      return new JsonObject(value).containsKey(MAC);
    } catch (DecodeException e) {
      return false;
    }
  }

  /** {@code value} signed with the secret's first line; null if it is already, or not valid. */
  @Nullable String resigned(String value) {
    Revision revision = secret == null ? null : read(value);
    String written = revision == null ? value : write(revision);
    return written.equals(value) ? null : written;
  }
}
