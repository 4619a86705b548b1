/**
 * The cluster's configuration: the push (two-phase: prepare, compare-and-set), synchronisation with
 * the shared map, the history, and the first revision of a member. {@link SharedConfig} puts it
 * together.
 *
 * <p>State lives on the cluster's context; whatever takes longer with a larger document (JSON,
 * HMAC, parsing) runs on workers. The map is {@code fairlead.config}, the addresses are {@code
 * fairlead.config.changed} and {@code fairlead.member.ID}.
 */
@NullMarked
package dev.fairlead.cluster.revision;

import org.jspecify.annotations.NullMarked;
