/**
 * DNS: discovery of backends, and the addresses of configured host names. Called from any thread;
 * queries run on an event loop, the hosts file is read by a worker.
 */
@NullMarked
package dev.fairlead.pool.discovery;

import org.jspecify.annotations.NullMarked;
