/**
 * The network as every part needs it: transports and their corrected I/O handlers, dialing, socket
 * options, addresses, and the limits of what peers can make a member log. Channels and handlers are
 * used on their event loop; what is called from any thread says so. Knows neither sessions nor the
 * cluster, and uses no shared map or bus address.
 */
@NullMarked
package dev.fairlead.net;

import org.jspecify.annotations.NullMarked;
