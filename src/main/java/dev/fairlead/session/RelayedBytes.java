package dev.fairlead.session;

import dev.fairlead.pool.Backend;

/**
 * The bytes of one session, and which of them its backend has counted. A part of {@link
 * SessionAccount} that is not an object of its own, which each connection would have to allocate.
 */
class RelayedBytes {
  long bytesFromClient;
  long bytesToClient;
  private long countedFromClient;
  private long countedToClient;

  /** The client has sent so many bytes that are not for the backend. */
  final void discount(int bytes) {
    bytesFromClient -= bytes;
  }

  final boolean isClientSilent() {
    return bytesFromClient == 0;
  }

  /** Adds what was relayed since the last call to the bytes of {@code backend}. */
  final void countAt(Backend backend) {
    if (bytesFromClient != countedFromClient || bytesToClient != countedToClient) {
      backend.relayed(bytesFromClient - countedFromClient, bytesToClient - countedToClient);
      countedFromClient = bytesFromClient;
      countedToClient = bytesToClient;
    }
  }
}
