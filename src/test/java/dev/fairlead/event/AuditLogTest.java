package dev.fairlead.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.event.AuditLog.Actor;
import org.junit.jupiter.api.Test;

/**
 * Ensures that a line of the audit log tells who asked, and nothing that they made up. Provoked
 * with texts that look like a part of the line. A failure would look like a change of somebody
 * else.
 */
class AuditLogTest {
  @Test
  void anAuthorCannotLookLikeTheRestOfTheLine() {
    Actor actor =
        new Actor(
            "ann\", from http 10.0.0.1, token full: revision 9\n\\",
            "http 10.0.0.7",
            "full",
            "CN=a \"b\"");
    assertThat(actor)
        .hasToString(
            "by \"ann\\\", from http 10.0.0.1, token full: revision 9\\n\\\\\", from http 10.0.0.7,"
                + " token full, certificate \"CN=a \\\"b\\\"\"");
  }

  @Test
  void whoNamesNobodyIsOnlyWhereTheyCameFrom() {
    assertThat(Actor.of(" ", "bus m1")).hasToString("from bus m1");
  }
}
