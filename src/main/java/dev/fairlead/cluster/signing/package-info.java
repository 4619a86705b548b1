/** The secret of the cluster and the commands signed with it. */
package dev.fairlead.cluster.signing;
