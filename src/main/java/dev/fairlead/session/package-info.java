/**
 * One client connection and its backend connection: admitting, selecting, connecting, relaying,
 * closing. Everything of one session happens on the event loop that accepted it, without locks.
 */
@NullMarked
package dev.fairlead.session;

import org.jspecify.annotations.NullMarked;
