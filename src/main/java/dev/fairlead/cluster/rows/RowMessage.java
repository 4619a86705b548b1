package dev.fairlead.cluster.rows;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;

/**
 * What goes over the bus when a row changes: {@code {member, seq, changes}}, or {@code {member,
 * seq, gone: true}}.
 *
 * @param changes the fields that changed, null = the row is gone
 */
public record RowMessage(String member, long seq, JsonObject changes) {
  private static final String MEMBER = "member";
  private static final String SEQ = "seq";
  private static final String CHANGES = "changes";
  private static final String GONE = "gone";

  /** Null when {@code body} is no such message: any application may write to the address. */
  static RowMessage parse(Object body) {
    if (!(body instanceof Buffer text)) {
      return null;
    }
    try {
      JsonObject json = new JsonObject(text);
      boolean gone = json.getBoolean(GONE, false);
      String member = json.getString(MEMBER);
      Long seq = json.getLong(SEQ);
      JsonObject changes = json.getJsonObject(CHANGES);
      boolean complete = member != null && seq != null && (gone || changes != null);
      return complete ? new RowMessage(member, seq, gone ? null : changes) : null;
    } catch (DecodeException | ClassCastException e) {
      return null;
    }
  }

  Buffer encode() {
    JsonObject json = new JsonObject().put(MEMBER, member).put(SEQ, seq);
    return (changes == null ? json.put(GONE, true) : json.put(CHANGES, changes)).toBuffer();
  }
}
