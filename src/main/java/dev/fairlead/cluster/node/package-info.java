/**
 * This process as a node of a cluster: Hazelcast, embedded, the event bus over it, and the nodes
 * that join and leave, which are reported on any thread. The only package that knows Hazelcast.
 */
@NullMarked
package dev.fairlead.cluster.node;

import org.jspecify.annotations.NullMarked;
