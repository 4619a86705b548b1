/**
 * What a client says before its connection is encrypted: the ClientHello of TLS, and the request of
 * PostgreSQL for TLS. Reads bytes that hostile clients choose; consumes none of them, keeps no
 * buffer, and does an amount of work in proportion to what arrived.
 */
@NullMarked
package dev.fairlead.net.tls;

import org.jspecify.annotations.NullMarked;
