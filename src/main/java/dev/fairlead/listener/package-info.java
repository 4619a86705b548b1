/**
 * Listening sockets and accepting: one verticle on every event loop accepts its clients and gives
 * them to its session loop; {@link dev.fairlead.listener.Listeners} prepares and commits changes of
 * the addresses, from any thread; {@link dev.fairlead.listener.Snapshot} is what the loops read of
 * the configuration.
 */
@NullMarked
package dev.fairlead.listener;

import org.jspecify.annotations.NullMarked;
