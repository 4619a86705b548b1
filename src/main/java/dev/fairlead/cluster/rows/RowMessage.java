package dev.fairlead.cluster.rows;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Announces on the event bus the changed fields of a row, a removed field is null: {@code {member,
 * seq, changes}}; or that the row was removed, changes = null: {@code {member, seq, gone: true}}.
 * Once a second the whole row is with it, {@code {member, seq, changes, row, missing}}, in a {@link
 * RowBatch}.
 */
public record RowMessage(
    String member, long seq, @Nullable JsonObject changes, @Nullable WholeRow whole) {
  private static final String MEMBER = "member";
  private static final String SEQ = "seq";
  private static final String CHANGES = "changes";
  private static final String GONE = "gone";
  private static final String ROW = "row";
  private static final String MISSING = "missing";

  /**
   * All fields of the row.
   *
   * @param missing ids of the members whose whole rows the sender does not get by messages
   */
  record WholeRow(JsonObject fields, List<String> missing) {
    private static @Nullable WholeRow of(JsonObject json) {
      JsonObject fields = json.getJsonObject(ROW);
      JsonArray missing = json.getJsonArray(MISSING, new JsonArray());
      return fields == null
          ? null
          : new WholeRow(fields, missing.stream().map(String.class::cast).toList());
    }
  }

  /** Without the whole row. */
  public RowMessage(String member, long seq, @Nullable JsonObject changes) {
    this(member, seq, changes, null);
  }

  /** Empty for anything else: every application of the cluster may write to the address. */
  static Optional<RowMessage> parse(Object body) {
    if (!(body instanceof Buffer text)) {
      return Optional.empty();
    }
    try {
      return of(new JsonObject(text));
    } catch (DecodeException e) {
      return Optional.empty();
    }
  }

  static Optional<RowMessage> of(JsonObject json) {
    try {
      boolean gone = Boolean.TRUE.equals(json.getBoolean(GONE));
      String member = json.getString(MEMBER);
      Long seq = json.getLong(SEQ);
      JsonObject changes = json.getJsonObject(CHANGES);
      boolean complete = member != null && seq != null && (gone || changes != null);
      return complete
          ? Optional.of(new RowMessage(member, seq, gone ? null : changes, WholeRow.of(json)))
          : Optional.empty();
    } catch (ClassCastException e) {
      return Optional.empty();
    }
  }

  Buffer encode() {
    return toJson().toBuffer();
  }

  JsonObject toJson() {
    JsonObject json = new JsonObject().put(MEMBER, member).put(SEQ, seq);
    if (whole != null) {
      json.put(ROW, whole.fields).put(MISSING, new JsonArray(whole.missing));
    }
    return changes == null ? json.put(GONE, true) : json.put(CHANGES, changes);
  }
}
