/**
 * How many sessions a member, a pool and a backend may have, and the selection of a backend that
 * has room. Any thread; permits of the cluster's limits come in through {@link
 * dev.fairlead.admission.Leased}.
 */
@NullMarked
package dev.fairlead.session.limit;

import org.jspecify.annotations.NullMarked;
