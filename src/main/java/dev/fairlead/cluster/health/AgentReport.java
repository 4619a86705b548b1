package dev.fairlead.cluster.health;

import dev.fairlead.pool.AgentState;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one member has heard from the agent of a backend; in a row the field {@code agent
 * POOL/BACKEND} with the words of {@link AgentState#text}, after {@code ?} while the agent does not
 * answer that member. No pool's name has a space, and members of older builds ignore the field.
 */
record AgentReport(AgentState state, boolean answers) {
  private static final String PREFIX = "agent ";
  private static final String SILENT = "? ";

  /** The field about the backend of {@code key}. */
  static String field(String key) {
    return PREFIX + key;
  }

  /** The key of the backend that {@code field} is about; null = it is about no agent. */
  static @Nullable String key(String field) {
    return field.startsWith(PREFIX) ? field.substring(PREFIX.length()) : null;
  }

  /** Empty for anything else than a text. */
  static Optional<AgentReport> parse(@Nullable Object value) {
    if (!(value instanceof String text)) {
      return Optional.empty();
    }
    boolean silent = text.startsWith(SILENT);
    String words = silent ? text.substring(SILENT.length()) : text;
    return Optional.of(new AgentReport(AgentState.NONE.told(words), !silent));
  }

  String text() {
    return answers ? state.text() : SILENT + state.text();
  }
}
