/**
 * The secret of the cluster, and the commands that members and applications send over the event
 * bus, signed with it: the consumers of {@code fairlead.config.push}, {@code .get}, {@code
 * .history}, {@code .rollback}, {@code fairlead.backend.set} and {@code fairlead.shutdown}. Used
 * nonces are in the map {@code fairlead.nonces}. Consumers run on the cluster's context; bodies are
 * decoded and signatures computed on workers, because a pushed document may have megabytes.
 */
@NullMarked
package dev.fairlead.cluster.signing;

import org.jspecify.annotations.NullMarked;
