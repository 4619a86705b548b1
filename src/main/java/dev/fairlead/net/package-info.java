/**
 * What every part needs of the network: the transport, socket options, addresses, periodic tasks.
 */
package dev.fairlead.net;
