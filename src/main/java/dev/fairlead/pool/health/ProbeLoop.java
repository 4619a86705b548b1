package dev.fairlead.pool.health;

import dev.fairlead.net.Transport;
import dev.fairlead.net.tls.BackendContexts;
import io.netty.channel.EventLoop;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The event loop of probes, and what all probers on it share.
 *
 * @param transport makes channels that {@code eventLoop} can run
 * @param tlsTasks runs the computations of TLS handshakes; not the event loop
 * @param tls the contexts of new connections, by name of the pool; not there = it has no TLS
 * @param random spreads the probes over time; used on the event loop only
 */
public record ProbeLoop(
    EventLoop eventLoop,
    Transport transport,
    Executor tlsTasks,
    Function<String, @Nullable Supplier<BackendContexts>> tls,
    RandomGenerator random,
    LongSupplier nanoTime) {}
