package dev.fairlead.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.TransportKind;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that new clients wait for few rounds of an event loop however much it has to do in each,
 * and that no more are accepted than their owner wants.
 *
 * <p>Provoked by clients that wait in the kernel's queue, and by actions that come again in each
 * round, as the events of many busy sessions do.
 *
 * <p>A failure would look like clients that wait for seconds for their first byte while a thousand
 * others are served quickly.
 */
class EpollTcpListenerTest {
  private static final int CLIENTS = 100;

  /** What a round has to do. */
  private static final int BUSY = 80;

  /** A tenth of the actions' number each round, and some while it is not known yet. */
  private static final long FEW_ROUNDS = CLIENTS / 10 + 5;

  private final List<Socket> clients = new ArrayList<>();
  private final List<Long> acceptedIn = new ArrayList<>();
  private final CountDownLatch accepted = new CountDownLatch(CLIENTS);

  private MultiThreadIoEventLoopGroup loops;
  private EventLoop loop;
  private EpollTcpListener listener;

  private boolean busy = true;
  private long round;
  private int most = Integer.MAX_VALUE;

  @BeforeEach
  void listen() throws Exception {
    Transport transport = epoll();
    loops = new MultiThreadIoEventLoopGroup(1, transport.implementation().ioHandlerFactory());
    loop = loops.next();
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    listener = (EpollTcpListener) transport.newServerChannel(any);
    listener.config().setAutoRead(false);
    listener.pipeline().addLast(new Clients());
    loop.register(listener).sync();
    listener.bind(any).sync();
    InetSocketAddress address = (InetSocketAddress) listener.localAddress();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new Socket(address.getAddress(), address.getPort()));
    }
  }

  @AfterEach
  void stop() throws Exception {
    loop.submit(() -> busy = false).sync();
    for (Socket client : clients) {
      client.close();
    }
    loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void clientsWaitForFewRoundsThoughEachHasMuchToDo() throws Exception {
    accept();
    assertThat(accepted.await(1, TimeUnit.MINUTES)).isTrue();
    long rounds = loop.submit(() -> acceptedIn.get(CLIENTS - 1) - acceptedIn.get(0)).get();
    assertThat(rounds).isLessThan(FEW_ROUNDS);
  }

  @Test
  void noMoreAreAcceptedThanTheirOwnerWants() throws Exception {
    most = 3;
    accept();
    CountDownLatch later = new CountDownLatch(1);
    loop.submit(() -> inRounds(FEW_ROUNDS, later::countDown)).sync();
    assertThat(later.await(1, TimeUnit.MINUTES)).isTrue();
    assertThat(loop.submit(acceptedIn::size).get()).isEqualTo(3);
  }

  private static Transport epoll() {
    try {
      return Transport.of(TransportKind.EPOLL);
    } catch (Transport.UnavailableException e) {
      return Assumptions.abort("skipped: " + e.getMessage());
    }
  }

  private void accept() throws InterruptedException {
    loop.submit(
            () -> {
              listener.nextRound().add(this::countRound);
              for (int i = 0; i < BUSY; i++) {
                listener.nextRound().add(this::beBusy);
              }
            })
        .sync();
    loop.submit(() -> listener.config().setAutoRead(true)).sync();
  }

  private void countRound() {
    round++;
    again(this::countRound);
  }

  private void beBusy() {
    again(this::beBusy);
  }

  private void again(Runnable action) {
    if (busy) {
      listener.nextRound().add(action);
    }
  }

  private void inRounds(long rounds, Runnable action) {
    listener.nextRound().add(rounds == 0 ? action : () -> inRounds(rounds - 1, action));
  }

  private final class Clients extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object client) {
      ((Channel) client).unsafe().closeForcibly();
      acceptedIn.add(round);
      accepted.countDown();
      if (acceptedIn.size() == most) {
        listener.config().setAutoRead(false);
      }
    }
  }
}
