package dev.fairlead.pool.discovery;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.resolver.NameResolver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** Finds the addresses of a host name without blocking. */
@FunctionalInterface
public interface NameLookup {

  /** At least one address, or a failure that says why there is none. */
  Future<List<InetAddress>> addressesOf(String hostName);

  /** Vert.x's own resolver: DNS and the hosts file, as {@code AddressResolverOptions} say. */
  static NameLookup of(Vertx vertx) {
    NameResolver resolver = ((VertxInternal) vertx).nameResolver();
    return hostName ->
        resolver
            .resolveAll(hostName)
            .map(answer -> answer.stream().map(InetSocketAddress::getAddress).toList());
  }
}
