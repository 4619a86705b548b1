package dev.fairlead.pool;

import dev.fairlead.config.PoolConfig;
import java.net.SocketAddress;
import java.util.List;

/** Placeholder signature; the pool slice replaces this file. */
public final class Pool {
  public String name() {
    throw new UnsupportedOperationException();
  }

  public PoolConfig config() {
    throw new UnsupportedOperationException();
  }

  public List<Backend> backends() {
    throw new UnsupportedOperationException();
  }

  /** Null = none is left. */
  public Backend pick(SocketAddress source, List<Backend> tried) {
    throw new UnsupportedOperationException();
  }
}
