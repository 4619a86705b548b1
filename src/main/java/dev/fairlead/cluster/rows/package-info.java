/**
 * A replicated table with one row per member: the own row, the peer rows, the shared map that
 * stores them and the messages that announce changes.
 */
package dev.fairlead.cluster.rows;
