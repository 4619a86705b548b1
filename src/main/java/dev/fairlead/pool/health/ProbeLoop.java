package dev.fairlead.pool.health;

import dev.fairlead.net.Transport;
import io.netty.channel.EventLoop;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The event loop of probes, and what all probers on it share.
 *
 * @param transport makes channels that {@code eventLoop} can run
 * @param tlsTasks runs the computations of TLS handshakes; not the event loop
 * @param random spreads the probes over time; used on the event loop only
 */
public record ProbeLoop(
    EventLoop eventLoop,
    Transport transport,
    Executor tlsTasks,
    RandomGenerator random,
    LongSupplier nanoTime) {}
