package dev.fairlead.observe.sink;

import java.io.IOException;
import java.util.List;

/** How messages reach a syslog server. One thread; may block. */
interface SyslogWire {

  /**
   * Sends {@code messages}, complete with their headers.
   *
   * @throws LostLinesException if some could not be sent
   * @throws IOException if none could be sent
   */
  void send(List<byte[]> messages) throws IOException;

  /** Gives up the connection, if there is one. */
  void close() throws IOException;
}
