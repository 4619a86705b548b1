package dev.fairlead.cluster.members;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.node.LoneNode;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.event.SystemEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the member "2" publishes of others; the member's id is its name too. */
class MembershipEventsTest {
  private final MemberInfo self = member("2", false);
  private final List<MemberInfo> members = new ArrayList<>(List.of(self));
  private final List<String> published = new ArrayList<>();
  private final List<SystemEvent.MemberLeft> left = new ArrayList<>();
  private final List<String> joined = new ArrayList<>();
  private final MembershipEvents events =
      new MembershipEvents(
          new LoneNode(null, "2"), () -> members, this::publish, member -> joined.add(member.id()));

  private static MemberInfo member(String id, boolean draining) {
    return new MemberInfo(id, id, "h:" + id, "0.1.0", Instant.EPOCH, 1, 0, true, draining);
  }

  private void publish(SystemEvent event) {
    published.add(event.getClass().getSimpleName() + " " + event.member().id());
    if (event instanceof SystemEvent.MemberLeft gone) {
      left.add(gone);
    }
  }

  @Test
  void theLowestIdOfThoseThatStayPublishesWhoLeft() {
    members.add(member("3", false));
    events.left(member("1", false));
    members.add(member("1", false));
    events.left(member("3", false));
    assertThat(published).containsExactly("MemberLeft 1");
  }

  @Test
  void memberThatWasNotToldToLeaveIsLostForTheReasonThatIsKnown() {
    events.left(member("3", false));
    assertThat(left.get(0).lost()).isTrue();
    assertThat(left.get(0).reason()).isEqualTo("the cluster has removed it");
    events.left(member("4", true));
    assertThat(left.get(1).lost()).isFalse();
    // The node of a member that stops by itself is still there.
    events.left(self);
    assertThat(left.get(2).lost()).isFalse();
    assertThat(left.get(2).reason()).isEqualTo("it stopped by itself");
  }

  @Test
  void aDrainingMemberIsPassedOver() {
    members.add(member("1", true));
    events.left(member("3", false));
    assertThat(published).containsExactly("MemberLeft 3");
  }

  @Test
  void whenAllDrainNothingIsPublished() {
    members.set(0, member("2", true));
    events.left(member("3", false));
    assertThat(published).isEmpty();
  }

  @Test
  void aNewcomerPublishesItselfThatItJoined() {
    events.joined(member("1", false));
    assertThat(published).isEmpty();
    assertThat(joined).containsExactly("1");
  }

  @Test
  void theMemberThatPublishedTheLeavingPublishesTheReturn() {
    MemberInfo other = member("3", false);
    events.left(other);
    events.joined(other);
    events.joined(other);
    assertThat(published).containsExactly("MemberLeft 3", "MemberJoined 3");
  }

  @Test
  void otherMembersDoNotPublishTheReturn() {
    members.add(member("1", false));
    MemberInfo other = member("3", false);
    events.left(other);
    events.joined(other);
    assertThat(published).isEmpty();
  }
}
