package dev.fairlead.event;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a member tells the others of itself.
 *
 * @param id its Vert.x node id
 * @param name unique in the cluster
 * @param address where the other members reach it; absent in a member without a cluster
 * @param revision the revision it has in force, 0 = none yet
 * @param sessions its live sessions
 * @param ready whether it takes traffic
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
