/**
 * What makes members act as one: who is there, the shared rows, the revisions and the commands. The
 * only package that knows Hazelcast.
 */
package dev.fairlead.cluster;
