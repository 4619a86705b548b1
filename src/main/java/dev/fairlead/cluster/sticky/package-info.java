/**
 * The backends that sources keep, told to the other members once a second (address {@code
 * fairlead.stickiness}). On the cluster's context.
 */
@NullMarked
package dev.fairlead.cluster.sticky;

import org.jspecify.annotations.NullMarked;
