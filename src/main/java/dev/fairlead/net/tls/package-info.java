/**
 * TLS. What a client says before its connection is encrypted: the ClientHello, and the request of
 * PostgreSQL; both read bytes that hostile clients choose, consume none of them, keep no buffer,
 * and work in proportion to what arrived. And TLS that ends or begins here: certificates and keys
 * from files, contexts of Netty for listeners and pools, tickets that all members accept; files are
 * read by workers only, contexts are used on any event loop. Knows neither sessions nor the
 * cluster.
 */
@NullMarked
package dev.fairlead.net.tls;

import org.jspecify.annotations.NullMarked;
