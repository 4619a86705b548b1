package dev.fairlead.event;

/** A member: its Vert.x node id, and its name, unique in the cluster. Immutable. */
public record MemberId(String id, String name) {
  /** Stands for all members in a command. */
  public static final String ALL = "*";

  /** Whether {@code member}, an id, a name or {@link #ALL}, addresses this member. */
  public boolean isMeantBy(String member) {
    return member.equals(ALL) || member.equals(id) || member.equals(name);
  }
}
