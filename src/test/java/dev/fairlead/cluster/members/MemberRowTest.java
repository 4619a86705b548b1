package dev.fairlead.cluster.members;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.FakeClock;
import dev.fairlead.event.MemberInfo;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemberRowTest {
  private final FakeClock clock = new FakeClock();
  private MemberInfo info = info("h:1", 0, false);
  private final MemberRow row = new MemberRow(() -> info, clock);

  private static MemberInfo info(String address, long sessions, boolean draining) {
    Instant started = Instant.parse("2026-01-01T00:00:00.123456Z");
    return new MemberInfo("id", "web", address, "0.1.0", started, 4, sessions, true, draining);
  }

  @Test
  void rowDescribesAMemberCompletely() {
    JsonObject told = new JsonObject(row.changes().encode());
    assertThat(MemberRow.parse("id", told)).contains(info);
    assertThat(MemberRow.parse("id", new JsonObject(row.whole().encode()))).contains(info);
    assertThat(row.changes()).isEmpty();
  }

  @Test
  void sessionsAloneAreSentOnceASecond() {
    row.changes();
    info = info(null, 5, true);
    assertThat(row.changes().encode()).isEqualTo("{\"address\":null,\"draining\":true}");
    clock.pass(Duration.ofSeconds(1));
    assertThat(row.changes().encode()).isEqualTo("{\"sessions\":5}");
    info = info(null, 6, true);
    assertThat(row.changes()).isEmpty();
    assertThat(row.whole().getLong("sessions")).isEqualTo(5);
  }

  /** Any node can write to the map and to the address of the rows. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'name':1}",
        "{'name':'x'}",
        "{'name':null,'version':'1','started':'2026-01-01T00:00:00Z'}",
        "{'name':'x','version':null,'started':'2026-01-01T00:00:00Z'}",
        "{'name':'x','version':'1','started':'now'}",
        "{'name':'x','version':'1','started':null}",
        "{'name':'x','version':'1','started':'2026-01-01T00:00:00Z','revision':'7'}",
        "{'name':'x','version':'1','started':'2026-01-01T00:00:00Z','ready':1}"
      })
  void aMalformedRowIsIgnored(String row) {
    assertThat(MemberRow.parse("id", new JsonObject(row.replace('\'', '"')))).isEmpty();
  }

  @Test
  void aNullNumberOrFlagIsAsIfItWereAbsent() {
    JsonObject fields = row.changes().putNull("revision").putNull("ready").putNull("sessions");
    assertThat(MemberRow.parse("id", fields))
        .hasValueSatisfying(
            member -> {
              assertThat(member.revision()).isZero();
              assertThat(member.ready()).isFalse();
            });
  }
}
