/**
 * What makes members act as one: {@link ClusterVerticle} puts the parts together, each of which is
 * a package below this one, and runs them on its context. It uses no map and no address itself.
 */
@NullMarked
package dev.fairlead.cluster;

import org.jspecify.annotations.NullMarked;
