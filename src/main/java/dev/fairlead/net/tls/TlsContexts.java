package dev.fairlead.net.tls;

import java.time.Instant;
import java.util.List;

/**
 * The contexts that one listener or one pool uses at a time; replaced as a whole when a file
 * changes. Any thread.
 */
public interface TlsContexts {
  /** Of the files they were made of; see {@link TlsFiles#digest}. */
  String digest();

  /** What they show to the other side; empty = nothing. */
  List<ServerCertificate> certificates();

  /** Changes the keys of tickets when their period has ended; to be called at least each minute. */
  void rotate(Instant now);
}
