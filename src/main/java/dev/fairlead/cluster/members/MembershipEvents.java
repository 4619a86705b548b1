package dev.fairlead.cluster.members;

import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.event.MemberId;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.event.SystemEvent;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes that a member left: once, by the member with the lowest id of those that stay. It
 * publishes too that the member joined again, after a split or a stop. A newcomer publishes itself
 * that it joined. On the cluster's context.
 */
public final class MembershipEvents implements Membership.MembershipListener {
  private static final Logger LOG = LoggerFactory.getLogger(MembershipEvents.class);

  /** Most members that left never return, since a process that starts anew has a new id. */
  private static final int MAX_REPORTED = 1_000;

  private final ClusterNode node;
  private final Supplier<List<MemberInfo>> members;
  private final Consumer<SystemEvent> publish;
  private final Consumer<MemberInfo> onJoined;

  /** The ids of those this member has reported as left, the oldest first. */
  private final Set<String> reported = new LinkedHashSet<>();

  public MembershipEvents(
      ClusterNode node,
      Supplier<List<MemberInfo>> members,
      Consumer<SystemEvent> publish,
      Consumer<MemberInfo> onJoined) {
    this.node = node;
    this.members = members;
    this.publish = publish;
    this.onJoined = onJoined;
  }

  @Override
  public void joined(MemberInfo member) {
    LOG.info("member {} joined ({})", member.name(), member.address());
    onJoined.accept(member);
    if (reported.remove(member.id())) {
      publish.accept(
          new SystemEvent.MemberJoined(
              idOf(member), Instant.now(), member.address(), member.version()));
    }
  }

  @Override
  public void left(MemberInfo member) {
    String reason = node.whyLeft(member.id(), member.address());
    LOG.info("member {} left: {}", member.name(), reason);
    if (isReporter()) {
      // One that drains was told to leave, even if it is killed before it is done.
      boolean lost = !member.draining() && !reason.equals(ClusterNode.STOPPED);
      publish.accept(new SystemEvent.MemberLeft(idOf(member), Instant.now(), reason, lost));
      if (reported.size() == MAX_REPORTED) {
        reported.remove(reported.iterator().next());
      }
      reported.add(member.id());
    }
  }

  private static MemberId idOf(MemberInfo member) {
    return new MemberId(member.id(), member.name());
  }

  /** A member that drains is passed over: it may be gone before it has published anything. */
  private boolean isReporter() {
    return members.get().stream()
        .filter(member -> !member.draining())
        .map(MemberInfo::id)
        .min(String::compareTo)
        .filter(node.id()::equals)
        .isPresent();
  }
}
