package dev.fairlead.config;

import java.util.List;

/**
 * Whose connections a listener takes.
 *
 * @param allow empty = everyone
 * @param deny not those, also where {@code allow} has them
 */
public record AccessConfig(List<Cidr> allow, List<Cidr> deny) {
  public static final AccessConfig EVERYONE = new AccessConfig(List.of(), List.of());

  public AccessConfig {
    allow = List.copyOf(allow);
    deny = List.copyOf(deny);
  }
}
