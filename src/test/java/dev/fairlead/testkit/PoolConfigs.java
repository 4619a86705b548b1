package dev.fairlead.testkit;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.PoolConfig;
import java.util.stream.IntStream;

/** Pool configurations with everything at its default. */
public final class PoolConfigs {
  private PoolConfigs() {}

  /** A pool of backends on 127.0.0.1. */
  public static PoolConfig pool(String name, int... ports) {
    return PoolConfig.byDefault(
        name,
        PoolConfig.Balance.DEFAULT,
        IntStream.of(ports).mapToObj(PoolConfigs::backend).toList());
  }

  private static BackendConfig backend(int port) {
    return new BackendConfig(
        "127.0.0.1", port, null, BackendConfig.DEFAULT_WEIGHT, BackendConfig.State.ENABLED);
  }
}
