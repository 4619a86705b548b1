/** What every part needs of the network: the transport, socket options, addresses. */
package dev.fairlead.net;
