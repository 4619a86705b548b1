package dev.fairlead.pool;

import java.time.Duration;
import java.time.Instant;

/**
 * The last probe of a backend by this member. Immutable.
 *
 * @param reason a few words without an address: {@code status 503}
 * @param took from the start of the probe to its result
 */
public record LastCheck(Instant time, boolean passed, String reason, Duration took) {}
