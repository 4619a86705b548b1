package dev.fairlead.cluster.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.cluster.OnContext;
import dev.fairlead.cluster.rows.SharedNodes;
import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.PoolConfig.AgentConfig;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that all members go by the same words of an agent, whoever hears them. Provoked by
 * members on one Vert.x whose timers the test drives. A failure would be members that disagree, or
 * one that forgets what an agent has said.
 */
class AgentTableTest {
  private static final PoolConfig POOL =
      HealthMember.pool(
          HealthConfig.NONE, new AgentConfig(9777, Duration.ofSeconds(5), Duration.ofSeconds(1)));

  private final Vertx vertx = Vertx.vertx();
  private final SharedNodes nodes = new SharedNodes(vertx);
  private final List<HealthMember> all = new ArrayList<>();

  /** Two that ask, and one that does not. */
  private HealthMember first;

  private HealthMember second;
  private HealthMember third;

  @AfterEach
  void close() {
    OnContext.done(vertx.close());
  }

  @BeforeEach
  void three() {
    Stream.of("a", "b", "c").forEach(this::join);
    List<String> order = ProberChoice.choose(List.of("a", "b", "c"), HealthMember.KEY, 3);
    List<HealthMember> ordered =
        order.stream()
            .map(id -> all.stream().filter(one -> one.name.equals(id)).findFirst().orElseThrow())
            .toList();
    first = ordered.get(0);
    second = ordered.get(1);
    third = ordered.get(2);
    await().until(() -> all.stream().allMatch(member -> member.membership.members().size() == 3));
    all.forEach(HealthMember::open);
    all.forEach(member -> member.apply(POOL));
    exchange();
    await().until(() -> first.isAsking() && second.isAsking() && !third.isAsking());
  }

  private HealthMember join(String id) {
    HealthMember member = new HealthMember(id, nodes.join(id));
    all.add(member);
    return member;
  }

  private void exchange() {
    all.forEach(HealthMember::second);
    all.forEach(HealthMember::second);
  }

  private void awaitAgent(String text) {
    await()
        .untilAsserted(
            () -> {
              exchange();
              assertThat(all)
                  .allSatisfy(
                      member -> assertThat(member.backend().agent().text()).isEqualTo(text));
            });
  }

  @Test
  void allGoByTheFirstProberThatHearsTheAgent() {
    second.hears("50% drain", true);
    awaitAgent("50% drain up");
    first.hears("60%", true);
    awaitAgent("60% drain up");
    second.hears("70%", true);
    awaitAgent("60% drain up");
    first.hears("", false);
    awaitAgent("70% drain up");
    second.hears("", false);
    exchange();
    awaitAgent("70% drain up");
    first.hears("ready", true);
    awaitAgent("70% ready up");
  }

  @Test
  void aMemberThatDrainsHandsOverWhatItHasHeard() {
    first.hears("maint down # full", true);
    awaitAgent("100% maint down # full");
    first.drain();
    await()
        .until(
            () -> {
              exchange();
              return third.isAsking() && !first.isAsking();
            });
    assertThat(third.heard()).contains("ask 100% maint down # full");
    awaitAgent("100% maint down # full");
  }

  @Test
  void withoutAnAgentEverythingIsAsConfigured() {
    first.hears("drain", true);
    awaitAgent("100% drain up");
    all.forEach(member -> member.apply(HealthMember.pool(HealthConfig.NONE)));
    awaitAgent("100% ready up");
    assertThat(first.isAsking() || second.isAsking()).isFalse();
  }

  @Test
  void aBackendInMaintenanceIsNotProbed() {
    PoolConfig probed =
        HealthMember.pool(HealthMember.health(2, Duration.ofSeconds(2)), POOL.agent());
    all.forEach(member -> member.apply(probed));
    exchange();
    first.awaitProbing(true);
    assertThat(first.isAsking()).isTrue();
    first.hears("maint", true);
    await()
        .until(
            () -> {
              exchange();
              return all.stream().noneMatch(HealthMember::isProbing);
            });
    assertThat(first.isAsking()).isTrue();
  }

  @Test
  void rowsWithAndWithoutAgentsAreReadable() {
    PeerVerdicts peers = new PeerVerdicts();
    String field = AgentReport.field("web/a:1");
    peers.changed("m", new JsonObject(Map.of("web/a:1", "up", field, "? 50% ready up")));
    assertThat(peers.verdict("m", "web/a:1")).isEqualTo(Verdict.UP);
    assertThat(peers.agent("m", "web/a:1").answers()).isFalse();
    assertThat(peers.agent("m", "web/a:1").state().weightPercent()).isEqualTo(50);
    assertThat(Verdict.parse("50% ready up")).as("what an older build makes of it").isEmpty();
    peers.changed("m", new JsonObject().putNull(field));
    assertThat(peers.agent("m", "web/a:1")).isNull();
    assertThat(peers.verdict("m", "web/a:1")).isEqualTo(Verdict.UP);
  }
}
