package dev.fairlead.pool.health;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.HealthConfig;
import dev.fairlead.net.tls.BackendContexts;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
   * The check that {@code health}, not of type {@code none}, configures. Where the pool has TLS,
   * {@code tls} is asked at each probe for the contexts of now, and requests are made within TLS;
   * without it, a TLS check accepts any certificate. This may initialise the JDK's provider, which
   * takes milliseconds, and {@code tlsTasks} runs the handshakes: neither on an event loop.
   */
  static Check of(
      HealthConfig health,
      BackendConfig backend,
      Executor tlsTasks,
      @Nullable Supplier<BackendContexts> tls) {
    return switch (health.type()) {
      case TCP -> Check::passWhenConnected;
      case TLS ->
          tls == null
              ? TlsCheck.ofAny(backend, tlsTasks)
              : TlsCheck.of(backend, tlsTasks, tls, null);
      case HTTP -> within(tls, backend, tlsTasks, new HttpCheck(health, backend));
      case EXPECT -> within(tls, backend, tlsTasks, new ExpectCheck(health.expect()));
      case NONE -> throw new IllegalArgumentException("nothing is to be probed");
    };
  }

  private static Check within(
      @Nullable Supplier<BackendContexts> tls,
      BackendConfig backend,
      Executor tlsTasks,
      Check inner) {
    return tls == null ? inner : TlsCheck.of(backend, tlsTasks, tls, inner);
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
