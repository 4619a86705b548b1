package dev.fairlead.session;

/** Placeholder signature; the session slice replaces this file. */
public final class Session {
  public CloseReason reason() {
    throw new UnsupportedOperationException();
  }

  public SessionRecord record() {
    throw new UnsupportedOperationException();
  }
}
