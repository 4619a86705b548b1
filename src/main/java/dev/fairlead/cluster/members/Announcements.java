package dev.fairlead.cluster.members;

import dev.fairlead.config.Revision;
import dev.fairlead.event.MemberId;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.event.SystemEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Says in events what happens to this member, and what it saw happen to others. Any thread. */
public final class Announcements {
  private final Consumer<SystemEvent> publish;
  private final Supplier<MemberId> self;
  private final Supplier<MemberInfo> info;

  public Announcements(
      Consumer<SystemEvent> publish, Supplier<MemberId> self, Supplier<MemberInfo> info) {
    this.publish = publish;
    this.self = self;
    this.info = info;
  }

  /** This member is in the cluster. */
  public void joined() {
    joined(self.get(), info.get());
  }

  /** Another one is in the cluster again. */
  void returned(MemberInfo member) {
    joined(idOf(member), member);
  }

  private void joined(MemberId member, MemberInfo now) {
    publish.accept(
        new SystemEvent.MemberJoined(member, Instant.now(), now.address(), now.version()));
  }

  void left(MemberInfo member) {
    publish.accept(new SystemEvent.MemberLeft(idOf(member), Instant.now()));
  }

  /** What {@code superseded} is: null = no other revision lost to it. */
  public void applied(Revision revision, Revision superseded) {
    publish.accept(
        new SystemEvent.ConfigUpdate(
            self.get(),
            Instant.now(),
            revision.revision(),
            revision.author(),
            revision.from(),
            superseded == null
                ? null
                : new SystemEvent.Superseded(
                    superseded.revision(), superseded.id(), superseded.author())));
  }

  /** The member obeys; without a grace as it is configured. */
  public void shutdown(Duration grace) {
    publish.accept(new SystemEvent.Shutdown(self.get(), Instant.now(), grace));
  }

  public void drainStarted(Duration grace) {
    publish.accept(
        new SystemEvent.DrainStarted(self.get(), Instant.now(), info.get().sessions(), grace));
  }

  public void drainFinished() {
    publish.accept(new SystemEvent.DrainFinished(self.get(), Instant.now()));
  }

  private static MemberId idOf(MemberInfo member) {
    return new MemberId(member.id(), member.name());
  }
}
