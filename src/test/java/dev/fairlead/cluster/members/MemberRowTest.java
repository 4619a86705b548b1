package dev.fairlead.cluster.members;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.FakeClock;
import dev.fairlead.event.MemberInfo;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MemberRowTest {
  private final FakeClock clock = new FakeClock();
  private MemberInfo info = info("h:1", 0, false);
  private final MemberRow row = new MemberRow(() -> info, clock);

  private static MemberInfo info(String address, long sessions, boolean draining) {
    Instant started = Instant.parse("2026-01-01T00:00:00.123456Z");
    return new MemberInfo("id", "web", address, "0.1.0", started, 4, sessions, true, draining);
  }

  @Test
  void rowSaysAllOfAMember() {
    JsonObject told = new JsonObject(row.changes().encode());
    assertThat(MemberRow.parse("id", told)).isEqualTo(info);
    assertThat(MemberRow.parse("id", new JsonObject(row.whole().encode()))).isEqualTo(info);
    assertThat(row.changes()).isEmpty();
  }

  @Test
  void sessionsAloneAreToldOnceASecond() {
    row.changes();
    info = info(null, 5, true);
    assertThat(row.changes().encode()).isEqualTo("{\"address\":null,\"draining\":true}");
    clock.pass(Duration.ofSeconds(1));
    assertThat(row.changes().encode()).isEqualTo("{\"sessions\":5}");
    info = info(null, 6, true);
    assertThat(row.changes()).isEmpty();
    assertThat(row.whole().getLong("sessions")).isEqualTo(5);
  }

  @Test
  void whatIsNoMemberIsNone() {
    assertThat(MemberRow.parse("id", new JsonObject())).isNull();
    assertThat(MemberRow.parse("id", new JsonObject().put("name", 1))).isNull();
    assertThat(MemberRow.parse("id", new JsonObject().put("name", "x").put("started", "now")))
        .isNull();
  }
}
