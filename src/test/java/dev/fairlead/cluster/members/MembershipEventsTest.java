package dev.fairlead.cluster.members;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.event.MemberId;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.event.SystemEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the member "2" says of others; the member's id is its name too. */
class MembershipEventsTest {
  private final MemberInfo self = member("2", false);
  private final List<MemberInfo> members = new ArrayList<>(List.of(self));
  private final List<String> said = new ArrayList<>();
  private final List<String> greeted = new ArrayList<>();
  private final MembershipEvents comings =
      new MembershipEvents(
          "2",
          () -> members,
          new Announcements(this::say, () -> new MemberId("2", "2"), () -> self),
          member -> greeted.add(member.id()));

  private static MemberInfo member(String id, boolean draining) {
    return new MemberInfo(id, id, "h:" + id, "0.1.0", Instant.EPOCH, 1, 0, true, draining);
  }

  private void say(SystemEvent event) {
    said.add(event.getClass().getSimpleName() + " " + event.member().id());
  }

  @Test
  void theFirstOfThoseThatStayTellsWhoLeft() {
    members.add(member("3", false));
    comings.left(member("1", false));
    members.add(member("1", false));
    comings.left(member("3", false));
    assertThat(said).containsExactly("MemberLeft 1");
  }

  @Test
  void whoIsDrainingIsNotReliedOn() {
    members.add(member("1", true));
    comings.left(member("3", false));
    assertThat(said).containsExactly("MemberLeft 3");
  }

  @Test
  void whenAllAreDrainingNobodyTells() {
    members.set(0, member("2", true));
    comings.left(member("3", false));
    assertThat(said).isEmpty();
  }

  @Test
  void whoComesForTheFirstTimeSaysSoItself() {
    comings.joined(member("1", false));
    assertThat(said).isEmpty();
    assertThat(greeted).containsExactly("1");
  }

  @Test
  void whoToldThatAMemberLeftTellsThatItReturned() {
    MemberInfo other = member("3", false);
    comings.left(other);
    comings.joined(other);
    comings.joined(other);
    assertThat(said).containsExactly("MemberLeft 3", "MemberJoined 3");
  }

  @Test
  void whoDidNotTellDoesNotTakeItBack() {
    members.add(member("1", false));
    MemberInfo other = member("3", false);
    comings.left(other);
    comings.joined(other);
    assertThat(said).isEmpty();
  }
}
