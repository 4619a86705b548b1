/**
 * Health of backends as one member finds it out: active probes, and ejection for what sessions
 * observe. On the event loop of {@link dev.fairlead.pool.health.ProbeLoop}; probers are made on a
 * worker.
 */
@NullMarked
package dev.fairlead.pool.health;

import org.jspecify.annotations.NullMarked;
