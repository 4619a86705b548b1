package dev.fairlead.event;

/**
 * Which member something is about. Immutable.
 *
 * @param id its Vert.x node id
 * @param name unique in the cluster
 */
public record MemberId(String id, String name) {
  /** Stands for every member where a command names one. */
  public static final String ALL = "*";

  /** Whether a command that names {@code member}, by id, by name or as {@link #ALL}, means it. */
  public boolean isMeantBy(String member) {
    return member.equals(ALL) || member.equals(id) || member.equals(name);
  }
}
