package dev.fairlead.pool.health;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.net.Transport;
import dev.fairlead.pool.Backend;
import dev.fairlead.testkit.TestRun;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;

/** An event loop for probes, whose clock stands still unless a test moves it. */
final class RunningLoop implements AutoCloseable {

  /** What the probes take for the time, in nanoseconds. */
  final AtomicLong clock = new AtomicLong();

  final ProbeLoop loop;
  private final Counting eventLoop;
  private final ExecutorService tlsTasks = Executors.newSingleThreadExecutor();

  /** Skips the test where the transport does not work. */
  RunningLoop(TransportKind kind) {
    Transport transport = null;
    try {
      transport = Transport.of(kind);
    } catch (Transport.UnavailableException e) {
      Assumptions.abort("skipped: " + e.getMessage());
    }
    eventLoop = new Counting(transport.implementation().ioHandlerFactory());
    loop = new ProbeLoop(eventLoop, transport, tlsTasks, pool -> null, new Random(1), clock::get);
  }

  CheckResult probe(Probed probed) throws Exception {
    return probe(probed, probed.object());
  }

  CheckResult probe(Probed probed, Backend backend) throws Exception {
    Check check = Check.of(probed.health(), probed.backend(), tlsTasks, null);
    return probe(check, Probe.ProbeTarget.of(backend, probed.pool()));
  }

  /** The result of one probe, waited for. */
  CheckResult probe(Check check, Probe.ProbeTarget target) throws Exception {
    CompletableFuture<CheckResult> result = new CompletableFuture<>();
    loop.eventLoop().execute(() -> new Probe(loop, check, target, result::complete).start());
    return result.get(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  <T> T onLoop(Callable<T> task) throws Exception {
    return loop.eventLoop().submit(task).get(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  int openChannels() {
    return eventLoop.openChannels.get();
  }

  /** The open channels when all timers that end within {@code nanos} have run. */
  int openChannelsAfter(long nanos) throws Exception {
    return eventLoop.schedule(this::openChannels, nanos, TimeUnit.NANOSECONDS).get();
  }

  @Override
  public void close() {
    eventLoop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    tlsTasks.shutdownNow();
  }

  /** Counts for itself: Netty's own count of the channels on io_uring never goes down. */
  private static final class Counting extends SingleThreadIoEventLoop {
    final AtomicInteger openChannels = new AtomicInteger();

    Counting(IoHandlerFactory handlers) {
      super(null, new DefaultThreadFactory("probes"), handlers);
    }

    @Override
    public ChannelFuture register(Channel channel) {
      openChannels.incrementAndGet();
      channel.closeFuture().addListener(closed -> openChannels.decrementAndGet());
      return super.register(channel);
    }
  }
}
