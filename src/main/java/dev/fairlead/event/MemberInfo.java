package dev.fairlead.event;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A member's row in the member table: what it publishes about itself. Immutable.
 *
 * @param id its Vert.x node id; {@code name} is unique in the cluster
 * @param address where the other members reach it; absent = not clustered
 * @param revision the revision it has in force, 0 = none yet
 * @param ready whether it accepts clients
 */
public record MemberInfo(
    String id,
    String name,
    @Nullable String address,
    String version,
    Instant started,
    long revision,
    long sessions,
    boolean ready,
    boolean draining) {}
