package dev.fairlead.observe;

import java.io.IOException;

/** Where finished log lines go. Used by one thread. */
@FunctionalInterface
interface LogTarget {

  /**
   * Writes {@code lines}, whole or not at all as far as the target can; may be empty.
   *
   * @throws IOException if they are lost
   */
  void write(byte[] lines) throws IOException;

  /** Releases the target; what belongs to the process, as stdout, stays open. */
  default void close() throws IOException {}
}
