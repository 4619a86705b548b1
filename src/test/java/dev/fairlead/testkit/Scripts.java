package dev.fairlead.testkit;

import java.io.IOException;

/** What backends do with a connection, in more than one test. */
public final class Scripts {
  private Scripts() {}

  /** Sends back what comes, until the client's FIN. */
  public static void echo(TestConnection connection) throws IOException {
    byte[] some = connection.readSome(64 * 1024);
    while (some.length > 0) {
      connection.send(some);
      some = connection.readSome(64 * 1024);
    }
  }

  /** Closes with a RST as soon as it has accepted. */
  public static void reset(TestConnection connection) throws IOException {
    connection.reset();
  }

  /** Says nothing, and stays until the peer goes. */
  public static void silent(TestConnection connection) throws IOException {
    while (connection.readSome(64 * 1024).length > 0) {
      // Read and forgotten.
    }
  }
}
