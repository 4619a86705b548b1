/**
 * The configuration of the cluster: the store of revisions (map {@code fairlead.config}), the push,
 * synchronisation, history and the start.
 */
package dev.fairlead.cluster.revision;
