package dev.fairlead.cluster.members;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.cluster.OnContext;
import dev.fairlead.cluster.rows.RowContext;
import dev.fairlead.cluster.rows.SharedNodes;
import dev.fairlead.event.MemberInfo;
import dev.fairlead.testkit.Logs;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that everybody knows who is there and that names are unique. Provoked by members on one
 * Vert.x that come, go and claim the same names. A failure would be two members of one name, or one
 * that is listed though it is gone.
 */
class MembershipTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Vertx vertx = Vertx.vertx();
  private final SharedNodes nodes = new SharedNodes(vertx);

  @AfterEach
  void close() {
    OnContext.done(vertx.close());
  }

  private final class Member implements Membership.MembershipListener {
    private final String id;
    private final OnContext context = new OnContext(vertx);
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final SharedNodes.Node node;
    private final Membership membership;
    private final Instant started;
    private volatile long sessions;

    /** {@code started} so many seconds after the others. */
    private Member(String id, int started) {
      this.id = id;
      this.started = START.plusSeconds(started);
      node = nodes.join(id);
      membership = new Membership(RowContext.of(node, () -> false), this::info, this);
      node.listen(membership.rows());
    }

    private MemberInfo info() {
      return new MemberInfo(id, "?", "h:1", "0.1.0", started, 3, sessions, true, false);
    }

    private String enter(String name) {
      return context.call(() -> membership.enter(name));
    }

    private void sees(String... names) {
      await().untilAsserted(() -> assertThat(names()).containsExactly(names));
    }

    private Stream<String> names() {
      return membership.members().stream().map(MemberInfo::name);
    }

    @Override
    public void joined(MemberInfo member) {
      heard.add("+" + member.name());
    }

    @Override
    public void left(MemberInfo member) {
      heard.add("-" + member.name());
    }
  }

  @Test
  void everybodyIsListedByNameAndTheNewcomerKnowsAllAtOnce() {
    Member b = new Member("2", 0);
    Member a = new Member("1", 0);
    nodes.join("foreign");
    assertThat(b.enter("b")).isEqualTo("b");
    assertThat(a.enter("a")).isEqualTo("a");
    assertThat(a.names()).containsExactly("a", "b");
    b.sees("a", "b");
    await().untilAsserted(() -> assertThat(b.heard).containsExactly("+a"));
    assertThat(a.heard).isEmpty();
    assertThat(a.membership.members().get(1))
        .isEqualTo(new MemberInfo("2", "b", "h:1", "0.1.0", START, 3, 0, true, false));
  }

  @Test
  void whatAMemberSaysOfItselfReachesTheOthers() {
    Member a = new Member("1", 0);
    Member b = new Member("2", 0);
    a.enter("a");
    b.enter("b");
    a.sessions = 7;
    await().untilAsserted(() -> assertThat(b.membership.members().get(0).sessions()).isEqualTo(7));
  }

  @Test
  void takenNameGetsTheNextNumber() {
    assertThat(new Member("1", 0).enter("web")).isEqualTo("web");
    assertThat(new Member("2", 0).enter("web")).isEqualTo("web-2");
    Member third = new Member("3", 0);
    assertThat(third.enter("web")).isEqualTo("web-3");
    assertThat(third.membership.name()).isEqualTo("web-3");
  }

  @Test
  void whoLeavesIsGoneAtOnceAndItsNameIsFree() {
    Member a = new Member("1", 0);
    Member b = new Member("2", 0);
    a.enter("a");
    b.enter("b");
    OnContext.done(a.membership.leave());
    b.sees("b");
    assertThat(b.heard).containsExactly("-a");
    assertThat(new Member("3", 0).enter("a")).isEqualTo("a");
  }

  @Test
  void nameOfADeadMemberIsFreeOnceItsNodeIsGone() {
    Member a = new Member("1", 0);
    Member b = new Member("2", 0);
    a.enter("a");
    b.enter("b");
    nodes.leave("1");
    b.sees("b");
    await().untilAsserted(() -> assertThat(b.heard).containsExactly("-a"));
    assertThat(new Member("3", 0).enter("a")).isEqualTo("a");
  }

  @Test
  void leavingBeforeEnteringIsNothing() {
    OnContext.done(new Member("1", 0).membership.leave());
  }

  @Test
  @Logs("this one is web-2 now")
  void afterASplitTheYoungerOfTwoTakesAnotherName() {
    Member older = new Member("1", 0);
    older.enter("web");
    nodes.leave("1");
    Member younger = new Member("2", 1);
    assertThat(younger.enter("web")).isEqualTo("web");
    nodes.back(older.node);
    older.sees("web", "web-2");
    younger.sees("web", "web-2");
    assertThat(older.membership.name()).isEqualTo("web");
    assertThat(new Member("3", 2).enter("web")).isEqualTo("web-3");
  }

  @Test
  @Logs("this one is web-2 now")
  void ofTwoOfTheSameAgeTheLesserIdKeepsTheName() {
    Member greater = new Member("2", 0);
    greater.enter("web");
    nodes.leave("2");
    Member lesser = new Member("1", 0);
    lesser.enter("web");
    nodes.back(greater.node);
    await().until(() -> greater.membership.name().equals("web-2"));
    assertThat(lesser.membership.name()).isEqualTo("web");
  }
}
