package dev.fairlead.cluster.members;

import dev.fairlead.event.MemberInfo;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells everybody outside who left: once, by the first of those that stay. Whoever told it takes it
 * back when the member returns, from the other part of a split cluster or from a stop. On the
 * cluster's context.
 */
public final class MembershipEvents implements Membership.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(MembershipEvents.class);

  /** Most of those that left never return, since a process that starts anew has a new id. */
  private static final int MAX_TOLD = 1_000;

  private final String self;
  private final Supplier<List<MemberInfo>> members;
  private final Announcements announcements;
  private final Consumer<MemberInfo> greeting;

  /** The ids of those of whom this member told that they left, the first one first. */
  private final Set<String> told = new LinkedHashSet<>();

  /**
   * @param self the id of this member
   * @param members this one included
   * @param greeting is told of each that joins
   */
  public MembershipEvents(
      String self,
      Supplier<List<MemberInfo>> members,
      Announcements announcements,
      Consumer<MemberInfo> greeting) {
    this.self = self;
    this.members = members;
    this.announcements = announcements;
    this.greeting = greeting;
  }

  @Override
  public void joined(MemberInfo member) {
    LOG.info("member {} joined ({})", member.name(), member.address());
    greeting.accept(member);
    if (told.remove(member.id())) {
      announcements.returned(member);
    }
  }

  @Override
  public void left(MemberInfo member) {
    LOG.info("member {} left", member.name());
    if (tells()) {
      announcements.left(member);
      if (told.size() == MAX_TOLD) {
        told.remove(told.iterator().next());
      }
      told.add(member.id());
    }
  }

  /** Who is draining may be gone before it has told anybody. */
  private boolean tells() {
    return members.get().stream()
        .filter(member -> !member.draining())
        .map(MemberInfo::id)
        .min(String::compareTo)
        .filter(self::equals)
        .isPresent();
  }
}
