/**
 * Admission of clients: access lists, limits of connections and of their rate, and the queues for
 * them.
 *
 * <p>Called on every event loop, lock-free except for {@link dev.fairlead.admission.WaitQueue}; the
 * methods of {@link dev.fairlead.admission.Leased} on the cluster's context, which shares limits of
 * the cluster in the map {@code fairlead.leases}.
 */
@NullMarked
package dev.fairlead.admission;

import org.jspecify.annotations.NullMarked;
