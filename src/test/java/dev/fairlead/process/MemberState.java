package dev.fairlead.process;

import dev.fairlead.testkit.FairleadProcess;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/**
 * What a push that was refused leaves as it was.
 *
 * @param addresses of the listeners, by name
 * @param weights of the backends, by id
 */
record MemberState(
    long revision, String text, List<String> addresses, Map<String, Integer> weights) {

  static MemberState of(FairleadProcess member) {
    JsonObject config = member.json("/api/v1/config");
    return new MemberState(
        config.getLong("revision"),
        config.getString("text"),
        member.list("listeners").stream()
            .map(each -> each.getString("name") + " " + each.getString("address"))
            .toList(),
        member.backends("weight"));
  }

  static List<MemberState> ofAll(List<FairleadProcess> members) {
    return members.stream().map(MemberState::of).toList();
  }
}
