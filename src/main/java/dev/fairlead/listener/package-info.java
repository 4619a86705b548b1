/** Accepting clients on every event loop, and the snapshot that says where they go. */
package dev.fairlead.listener;
