/**
 * TLS that ends or begins here: certificates and keys from files, contexts of Netty for listeners
 * and pools, tickets that all members accept. Files are read by workers only; contexts are used on
 * any event loop. Knows neither sessions nor the cluster.
 */
@NullMarked
package dev.fairlead.net.tls;

import org.jspecify.annotations.NullMarked;
