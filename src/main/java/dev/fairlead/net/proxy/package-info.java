/**
 * The PROXY protocol, versions 1 and 2, as haproxy's {@code doc/proxy-protocol.txt} specifies it:
 * what a header says, and how it is read from bytes and written to them. Pure code over buffers: no
 * channel, no session, no configuration. Only a reader has state, and belongs to one event loop.
 */
@NullMarked
package dev.fairlead.net.proxy;

import org.jspecify.annotations.NullMarked;
