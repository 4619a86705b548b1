package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.signing.Secret;
import dev.fairlead.config.Revision;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a revision is written in the shared map and in the state directory, signed where there is a
 * secret. Immutable; any thread.
 */
public final class RevisionCodec {
  private static final Logger LOG = LoggerFactory.getLogger(RevisionCodec.class);
  private static final String MAC = "mac";

  private final Secret secret;

  /**
   * @param secret null = nothing is signed, and what is signed is not believed
   */
  public RevisionCodec(Secret secret) {
    this.secret = secret;
  }

  public String write(Revision revision) {
    JsonObject json = revision.toJson();
    return (secret == null ? json : json.put(MAC, secret.mac(revision))).encode();
  }

  /**
   * Null when there is nothing, or nothing that is to be believed: whoever asked knows what that
   * means, and whether to say so.
   */
  Revision read(String value) {
    if (value == null) {
      return null;
    }
    try {
      JsonObject json = new JsonObject(value);
      Revision revision = Revision.of(json);
      if (isBelieved(revision, json.getString(MAC))) {
        return revision;
      }
      LOG.debug("stored revision {} is ignored: its signature is not ours", revision.revision());
    } catch (RuntimeException e) {
      LOG.debug("a stored revision can't be read and is ignored: {}", e.toString());
    }
    return null;
  }

  /** Those of {@code kept}, the newest first, that are to be believed. */
  public List<Revision> readAll(List<String> kept) {
    List<Revision> believed = kept.stream().map(this::read).filter(Objects::nonNull).toList();
    if (believed.size() < kept.size()) {
      LOG.warn(
          "only {} of {} kept revisions are signed as ours and can be read",
          believed.size(),
          kept.size());
    }
    return believed;
  }

  /** Whether a value has a signature at all, whoever made it. */
  public static boolean isSigned(String value) {
    try {
      return new JsonObject(value).containsKey(MAC);
    } catch (DecodeException e) {
      return false;
    }
  }

  /**
   * A value of the shared map, before and after it was signed with the first line of the secret.
   */
  record SignedAnew(String key, String before, String after) {}

  /** Those of {@code entries} that are believed for the second line of the secret. */
  List<SignedAnew> signedAnew(Map<String, String> entries) {
    List<SignedAnew> signed = new ArrayList<>();
    entries.forEach(
        (key, value) -> {
          Revision revision = secret == null ? null : read(value);
          if (revision != null && !value.equals(write(revision))) {
            signed.add(new SignedAnew(key, value, write(revision)));
          }
        });
    return signed;
  }

  private boolean isBelieved(Revision revision, String mac) {
    return secret == null ? mac == null : mac != null && secret.verifies(revision, mac);
  }
}
