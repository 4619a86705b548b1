package dev.fairlead.pool.health;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.HealthConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The test that a connection to a backend must pass. One for a backend, used by every probe of it.
 * Immutable; made on any thread, used on the probes' event loop. Time-outs and connections that end
 * or break are handled by the {@link Probe}.
 */
interface Check {

  /**
   * Adds the handlers of the check to a channel that is not connected yet. {@code onResult} is
   * called on the event loop as soon as the result is known; only its first call counts.
   */
  void install(ChannelPipeline pipeline, Consumer<CheckResult> onResult);

  /** Whether a connection that has passed ends with a {@link ProbeClose} instead of a reset. */
  default boolean closesGracefully() {
    return false;
  }

  /**
   * The check that {@code health}, not of type {@code none}, configures. With TLS this initialises
   * the JDK's provider, which takes milliseconds, and {@code tlsTasks} runs the handshakes: neither
   * on an event loop.
   */
  static Check of(HealthConfig health, BackendConfig backend, Executor tlsTasks) {
    return switch (health.type()) {
      case TCP -> Check::passWhenConnected;
      // Pools have no trusted certificates of their own yet, so all are accepted.
      case TLS -> new TlsCheck(backend, InsecureTrustManagerFactory.INSTANCE, tlsTasks);
      case HTTP -> new HttpCheck(health, backend);
      case EXPECT -> new ExpectCheck(health.expect());
      case NONE -> throw new IllegalArgumentException("nothing is to be probed");
    };
  }

  private static void passWhenConnected(ChannelPipeline pipeline, Consumer<CheckResult> onResult) {
    pipeline.addLast(
        new ChannelInboundHandlerAdapter() {
          @Override
          public void channelActive(ChannelHandlerContext context) {
            onResult.accept(CheckResult.passed("connected"));
          }
        });
  }
}
