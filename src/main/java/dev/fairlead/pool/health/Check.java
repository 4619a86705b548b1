package dev.fairlead.pool.health;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.HealthConfig;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * What is asked of a connection to a backend before the backend counts as well. One for a backend,
 * used for every probe of it. Immutable; made on any thread, used on the probes' event loop.
 *
 * <p>A connection that breaks, ends or takes too long is the {@link Probe}'s business.
 */
interface Check {
  /** The reason when the backend closes the connection before its answer is clear. */
  String CLOSED = "connection closed";

  /**
   * Prepares a connection that is not made yet.
   *
   * @param outcome is told, on the event loop, as soon as the backend's answer is clear; what is
   *     told after the first time is nothing
   */
  void install(ChannelPipeline pipeline, Consumer<Outcome> outcome);

  /** Whether a connection that is well ends with a {@link Farewell} instead of a reset. */
  default boolean saysFarewell() {
    return false;
  }

  /**
   * The check that {@code health} asks for. For TLS this reads what the JDK needs for it, which
   * takes milliseconds: not on an event loop.
   *
   * @param health not of type {@code none}
   * @param tlsTasks runs the computations of TLS handshakes, which take milliseconds too
   */
  static Check of(HealthConfig health, BackendConfig backend, Executor tlsTasks) {
    return switch (health.type()) {
      case TCP -> new TcpCheck();
      // No pool says yet whom it trusts, so everybody is.
      case TLS -> new TlsCheck(backend, InsecureTrustManagerFactory.INSTANCE, tlsTasks);
      case HTTP -> new HttpCheck(health, backend);
      case EXPECT -> new ExpectCheck(health.expect());
      case NONE -> throw new IllegalArgumentException("nothing is to be probed");
    };
  }
}
