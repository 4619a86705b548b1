package dev.fairlead.cluster.lease;

/**
 * What a member wants to have in the map instead of what it read.
 *
 * @param allowance of this member once that is in the map; not above what it holds there
 * @param madeAt when that was
 * @param freed so many permits of the gone are not in it any more
 */
record LeasePlan(LeaseEntry next, int allowance, long madeAt, long freed) {}
