/** This process as a node of a cluster: Hazelcast, the event bus over it, and who else is there. */
package dev.fairlead.cluster.node;
