package dev.fairlead.config;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A numbered document that is or was the cluster's configuration. Immutable, any thread.
 *
 * @param revision from 1
 * @param id unique to the change that made this revision
 * @param parent the id of the revision before it, empty = none
 * @param time by the clock of the member that made it
 * @param origin who made it, and how
 * @param text as its author wrote it, variables unresolved; a file's text includes {@code node} and
 *     {@code cluster}, which are ignored in a revision
 * @param fileDigest digest of the newest document that came from a file, up to this revision; empty
 *     = none did
 * @param settings what was set by itself since the last document, already part of {@code text}
 */
public record Revision(
    long revision,
    String id,
    String parent,
    Instant time,
    Origin origin,
    ConfigFormat format,
    String text,
    String fileDigest,
    List<SingleSetting> settings) {

  public Revision {
    settings = List.copyOf(settings);
  }

  /** What was set for one backend, listener or pool while the cluster ran. */
  public interface SingleSetting {
    /** This setting, completed from {@code earlier}, of the same, where it sets nothing. */
    SingleSetting over(SingleSetting earlier);

    /** Whether {@code other} is about the same backend, listener or pool. */
    boolean isOfSame(SingleSetting other);

    /** Whether {@code config} still has what was set. */
    boolean isIn(FairleadConfig config);

    JsonObject toJson();

    /** The setting that {@link #toJson} wrote. */
    static SingleSetting of(JsonObject json) {
      return LimitSetting.isMeantBy(json) ? LimitSetting.of(json) : BackendSetting.of(json);
    }
  }

  /** How a revision was made. */
  public enum Kind implements Labelled {
    /** A whole document, by a command. */
    PUSH,
    /** One backend, listener or pool in the document before. */
    SET,
    /** The document of an earlier revision. */
    ROLLBACK,
    /** A whole document, from the file of a member. */
    FILE
  }

  /**
   * How a revision was made, and by whom.
   *
   * @param kind null = not known, because another version made it
   * @param author the user or member that made it
   * @param from the interface and address it came from: {@code http 127.0.0.1}
   * @param note in the author's words, null = none
   */
  public record Origin(@Nullable Kind kind, String author, String from, @Nullable String note) {

    /** Adds {@code {author, from, kind, note}}, null where there is none. */
    public JsonObject addTo(JsonObject json) {
      return json.put("author", author)
          .put("from", from)
          .put("kind", kind == null ? null : kind.label())
          .put("note", note);
    }

    /** The origin that {@link #addTo} added, by this version, an earlier or a later one. */
    private static Origin of(JsonObject json) {
      String kind = json.getString("kind");
      return new Origin(
          Stream.of(Kind.values())
              .filter(each -> each.label().equals(kind))
              .findFirst()
              .orElse(null),
          json.getString("author"),
          json.getString("from"),
          json.getString("note"));
    }
  }

  public String author() {
    return origin.author();
  }

  public String from() {
    return origin.from();
  }

  /** The same document under another number. */
  public Revision numbered(long number, String newId, String newParent) {
    return new Revision(number, newId, newParent, time, origin, format, text, fileDigest, settings);
  }

  /** The same revision, with another {@link #fileDigest}. */
  public Revision withFileDigest(String digest) {
    return new Revision(revision, id, parent, time, origin, format, text, digest, settings);
  }

  /** All fields, for the shared map and for files. */
  public JsonObject toJson() {
    JsonObject head =
        new JsonObject()
            .put("revision", revision)
            .put("id", id)
            .put("parent", parent)
            .put("time", time.toString());
    return origin
        .addTo(head)
        .put("format", format.label())
        .put("text", text)
        .put("fileDigest", fileDigest)
        .put("settings", settings(BackendSetting.class))
        .put("limits", settings(LimitSetting.class));
  }

  /** Two lists: an older version, which may run beside this one, reads those of backends only. */
  private JsonArray settings(Class<? extends SingleSetting> kind) {
    return new JsonArray(
        settings.stream().filter(kind::isInstance).map(SingleSetting::toJson).toList());
  }

  /** The revision that {@link #toJson} wrote; throws RuntimeException for any other JSON. */
  public static Revision of(JsonObject json) {
    return new Revision(
        json.getLong("revision"),
        json.getString("id"),
        json.getString("parent"),
        Instant.parse(json.getString("time")),
        Origin.of(json),
        ConfigFormat.valueOf(json.getString("format").toUpperCase(Locale.ROOT)),
        json.getString("text"),
        json.getString("fileDigest"),
        Stream.concat(
                json.getJsonArray("settings").stream(),
                json.getJsonArray("limits", new JsonArray()).stream())
            .map(each -> SingleSetting.of((JsonObject) each))
            .toList());
  }
}
