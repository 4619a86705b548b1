/**
 * Assembles one process from its parts, starts and stops them in order, and adapts them to each
 * other: the data path, the configuration in force, the configuration file, the drain, and this
 * member as seen by the cluster and the admin listener. Start and stop block the calling thread;
 * everything else may be called from any thread.
 */
@NullMarked
package dev.fairlead.member;

import org.jspecify.annotations.NullMarked;
