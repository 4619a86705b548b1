package dev.fairlead.process;

import dev.fairlead.testkit.FairleadProcess;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/**
 * What a member says of the cluster, and what all of them have to say alike.
 *
 * @param id of the newest revision in the history, empty = the shared map is empty just now
 * @param members by name
 * @param revisions that the members have in force, in the same order
 * @param clusterActive by backend
 */
record SharedView(
    long revision,
    String text,
    String id,
    List<String> members,
    List<Long> revisions,
    Map<String, Integer> clusterActive) {

  static SharedView of(FairleadProcess member) {
    JsonObject config = member.json("/api/v1/config");
    List<JsonObject> members = member.list("members");
    return new SharedView(
        config.getLong("revision"),
        config.getString("text"),
        history(member).stream().findFirst().map(each -> each.getString("id")).orElse(""),
        members.stream().map(each -> each.getString("name")).toList(),
        members.stream().map(each -> each.getLong("revision")).toList(),
        member.backends("clusterActive"));
  }

  /** The newest first. */
  static List<JsonObject> history(FairleadProcess member) {
    return member.json("/api/v1/config/history").getJsonArray("history").stream()
        .map(JsonObject.class::cast)
        .toList();
  }
}
