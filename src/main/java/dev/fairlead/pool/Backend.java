package dev.fairlead.pool;

import dev.fairlead.config.BackendConfig;
import java.net.SocketAddress;
import java.util.List;

/** Placeholder signature; the pool slice replaces this file. */
public final class Backend {
  public String id() {
    throw new UnsupportedOperationException();
  }

  public String pool() {
    throw new UnsupportedOperationException();
  }

  public BackendConfig config() {
    throw new UnsupportedOperationException();
  }

  public boolean eligible() {
    throw new UnsupportedOperationException();
  }

  public void selected() {
    throw new UnsupportedOperationException();
  }

  public void released() {
    throw new UnsupportedOperationException();
  }

  public void failed() {
    throw new UnsupportedOperationException();
  }

  public int active() {
    throw new UnsupportedOperationException();
  }

  public int clusterActive() {
    throw new UnsupportedOperationException();
  }

  public long total() {
    throw new UnsupportedOperationException();
  }

  public long failures() {
    throw new UnsupportedOperationException();
  }

  public List<SocketAddress> addresses() {
    throw new UnsupportedOperationException();
  }
}
