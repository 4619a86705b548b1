package dev.fairlead.admin;

import dev.fairlead.live.ClusterTraffic;

/** What the admin listener shows of the whole cluster. Any thread. */
public record LiveAccess(ClusterTraffic traffic, ClusterSessions sessions) {}
