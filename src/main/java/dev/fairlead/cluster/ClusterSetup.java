package dev.fairlead.cluster;

import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.revision.ConfigStart.StartupConfig;
import dev.fairlead.cluster.revision.LocalConfig;
import dev.fairlead.cluster.signing.Secret;
import org.jspecify.annotations.Nullable;

/** What a {@link ClusterVerticle} is made of. Without a secret nothing is signed. */
public record ClusterSetup(
    ClusterNode node,
    LocalMember member,
    LocalConfig config,
    StartupConfig startup,
    @Nullable Secret secret) {}
