package dev.fairlead.session;

import dev.fairlead.net.Transport;
import org.jspecify.annotations.Nullable;

/** What one side reports to its session. */
interface SideEvents {
  /** That of the session's channels. */
  Transport transport();

  /** Read from {@code side}'s peer, and passed on after this. */
  void read(Side side, int bytes);

  /** {@code side} keeps what it has read, because there is no other side yet. */
  void kept();

  /** A burst of reads is over. */
  void touch();

  /** Reading stopped, because the other side does not take what this one reads. */
  void paused();

  /** True when nothing that is still read matters any more. */
  boolean isDiscarding();

  /** The peer of {@code side} has sent its FIN. */
  void finished(Side side);

  /** All that was written to {@code side} is with the kernel, so a FIN can follow it. */
  void flushed(Side side);

  /** The TLS handshake of {@code side} is over; {@code failure} null = it is complete. */
  void secured(Side side, @Nullable Throwable failure);

  /** The connection of {@code side} failed: by an IOException if by its peer, else by a bug. */
  void failed(Side side, Throwable cause);
}
