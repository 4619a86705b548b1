package dev.fairlead.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.FakeClock;
import org.junit.jupiter.api.Test;

/** With lines of Hazelcast 5.6.0 as they are. */
class RemovalReasonsTest {
  private static final String SILENT =
      "Suspecting Member [127.0.0.1]:25713 - 43189fea-6aad-4b66-a055-6afbaac31120 because it has not"
          + " sent any heartbeats since 2026-11-29 09:47:43.188. Now: 2026-11-29 09:47:52.347,"
          + " heartbeat timeout: 9000 ms, suspicion level: 1.00";
  private static final String REFUSED =
      "Removing connection to endpoint [127.0.0.1]:25714 Cause => java.io.IOException {Connection"
          + " refused to address /127.0.0.1:25714}, Error-Count: 5";

  private final FakeClock clock = new FakeClock();
  private final RemovalReasons reasons = new RemovalReasons(clock);

  @Test
  void silentMemberSentNoHeartbeat() {
    reasons.heard(SILENT);
    assertThat(reasons.of("127.0.0.1:25713")).hasValue("no heartbeat for 9 s");
    assertThat(reasons.of("127.0.0.1:25714")).isEmpty();
  }

  @Test
  void killedMemberRefusesConnections() {
    reasons.heard(REFUSED);
    assertThat(reasons.of("127.0.0.1:25714"))
        .hasValue("its connection broke, and a new one failed: Connection refused");
  }

  @Test
  void membersOnIpv6AreFoundByTheAddressTheyShow() {
    reasons.heard(SILENT.replace("[127.0.0.1]", "[2001:db8::1]"));
    assertThat(reasons.of(RemovalReasons.show("2001:db8::1", 25713))).isPresent();
  }

  @Test
  void otherLinesGiveNoReason() {
    reasons.heard("Member [127.0.0.1]:25714 - f26211d8 is suspected to be dead for reason: x");
    reasons.heard(null);
    assertThat(reasons.of("127.0.0.1:25714")).isEmpty();
    assertThat(reasons.of(null)).isEmpty();
  }

  @Test
  void oldReasonIsNotThatOfALaterDeparture() {
    reasons.heard(SILENT);
    clock.pass(RemovalReasons.VALID.plusSeconds(1));
    assertThat(reasons.of("127.0.0.1:25713")).isEmpty();
  }
}
