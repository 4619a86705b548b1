/**
 * What the cluster does, as the operator's page shows it: the latest traffic of every member, added
 * up, and its last 15 minutes. Any thread; nothing here runs on its own.
 */
@NullMarked
package dev.fairlead.live;

import org.jspecify.annotations.NullMarked;
