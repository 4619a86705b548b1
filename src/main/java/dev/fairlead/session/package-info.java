/**
 * One client connection and its backend connection: selecting, connecting, relaying, closing.
 * Everything of one session happens on the event loop that accepted it, without locks.
 */
package dev.fairlead.session;
