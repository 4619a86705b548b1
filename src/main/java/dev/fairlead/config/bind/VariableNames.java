package dev.fairlead.config.bind;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The environment variables that a pushed document may use on this member. Who may push must not
 * read the environment: it holds passwords of others. Immutable.
 *
 * @param ofFile those that the member's own file uses
 * @param patterns {@code node.environment}
 */
record VariableNames(Set<String> ofFile, List<String> patterns) {
  private static final String PREFIX = "FAIRLEAD_";
  private static final Pattern PATTERN = Pattern.compile("[A-Za-z_*][A-Za-z0-9_*]{0,99}");

  /** An entry of {@code node.environment}. */
  static ValueType<String> pattern() {
    return ValueType.matching(
        PATTERN, "the name of an environment variable, with * for any part of it");
  }

  boolean mayUse(String name) {
    return name.startsWith(PREFIX)
        || ofFile.contains(name)
        || patterns.stream().anyMatch(pattern -> name.matches(pattern.replace("*", ".*")));
  }
}
