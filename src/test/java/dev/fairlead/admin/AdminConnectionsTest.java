package dev.fairlead.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.FakeClock;
import dev.fairlead.testkit.LogWatch;
import dev.fairlead.testkit.Logs;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** 16 connections, 4 from one address. What requests do to them: {@code AdminFloodTest}. */
@Logs("WARN AdminConnections - ")
class AdminConnectionsTest {
  private static final String OURS = "192.0.2.1";

  private final FakeClock clock = new FakeClock();
  private final AdminConnections connections = new AdminConnections(16, clock);
  private final EmbeddedChannel acceptor = new EmbeddedChannel(connections);
  private int lastPort;

  private final class Accepted extends EmbeddedChannel {
    private final InetSocketAddress remote;

    private Accepted(String source) {
      this.remote = new InetSocketAddress(source, ++lastPort);
    }

    @Override
    protected SocketAddress remoteAddress0() {
      return remote;
    }
  }

  /** Accepts one; whether it is open tells whether it has a place. */
  private Accepted from(String source) {
    Accepted channel = new Accepted(source);
    acceptor.writeInbound(channel);
    return channel;
  }

  private List<Accepted> from(String source, int count) {
    List<Accepted> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(from(source));
    }
    return all;
  }

  @Test
  void theOneThatHasWaitedLongestMakesRoomForItsSource() {
    Accepted other = from("192.0.2.2");
    List<Accepted> all = from(OURS, 4);
    assertThat(all).allMatch(EmbeddedChannel::isOpen);
    Accepted fifth = from(OURS);
    assertThat(fifth.isOpen()).isTrue();
    assertThat(all).extracting(EmbeddedChannel::isOpen).containsExactly(false, true, true, true);
    assertThat(other.isOpen()).isTrue();
  }

  @Test
  void theOneThatHasWaitedLongestMakesRoomWhenAllPlacesAreTaken() {
    List<Accepted> all = new ArrayList<>();
    for (int source = 1; source <= 16; source++) {
      all.add(from("192.0.2." + source));
    }
    assertThat(from("192.0.2.99").isOpen()).isTrue();
    assertThat(all.get(0).isOpen()).isFalse();
    assertThat(all.subList(1, 16)).allMatch(EmbeddedChannel::isOpen);
  }

  @Test
  void noneIsAcceptedBeforeTheOneThatMadeRoomIsClosed() {
    List<ChannelPromise> closing = new ArrayList<>();
    for (int source = 1; source <= 16; source++) {
      closesLater(from("192.0.2." + source), closing);
    }
    assertThat(acceptor.config().isAutoRead()).isTrue();
    Accepted newest = from("192.0.2.99");
    assertThat(newest.isOpen()).isTrue();
    assertThat(acceptor.config().isAutoRead()).as("17 are open").isFalse();
    ChannelPromise first = closing.get(0);
    first.channel().unsafe().close(first);
    assertThat(acceptor.config().isAutoRead()).isTrue();
  }

  private static void closesLater(Accepted channel, List<ChannelPromise> closing) {
    channel
        .pipeline()
        .addLast(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
                closing.add(promise);
              }
            });
  }

  @Test
  void aPlaceIsFreeWhenAClientHasLeft(LogWatch logged) {
    List<Accepted> all = from(OURS, 4);
    all.get(3).close();
    assertThat(from(OURS).isOpen()).isTrue();
    assertThat(all.subList(0, 3)).allMatch(EmbeddedChannel::isOpen);
    assertThat(logged.lines()).isEmpty();
  }

  @Test
  void whoeverSendsNoRequestIsClosed() {
    List<Accepted> all = from(OURS, 3);
    ticks(AdminConnections.FIRST_REQUEST);
    Accepted newer = from(OURS);
    assertThat(all).allMatch(EmbeddedChannel::isOpen);
    connections.tick();
    assertThat(all).noneMatch(EmbeddedChannel::isOpen);
    assertThat(newer.isOpen()).isTrue();
  }

  private void ticks(Duration time) {
    for (long i = time.dividedBy(AdminConnections.TICK); i > 0; i--) {
      connections.tick();
    }
  }

  @Test
  void timeInWhichTheProcessWasStoppedDoesNotCount() {
    Accepted connection = from(OURS);
    clock.pass(Duration.ofHours(1));
    connections.tick();
    assertThat(connection.isOpen()).isTrue();
  }

  @Test
  void aFloodMakesOneLineAMinute(LogWatch logged) {
    from(OURS, 504);
    clock.pass(Duration.ofSeconds(59));
    from(OURS, 10);
    assertThat(logged.lines()).hasSize(1);
    clock.pass(Duration.ofSeconds(1));
    from(OURS);
    assertThat(logged.lines())
        .containsExactly(
            "WARN AdminConnections - node.admin.maxConnections: 16 (at most 4 from one address): connections were closed"
                + " to make room, 1 since the last such line, now for "
                + OURS,
            "WARN AdminConnections - node.admin.maxConnections: 16 (at most 4 from one address): connections were closed"
                + " to make room, 510 since the last such line, now for "
                + OURS);
  }
}
