package dev.fairlead.pool.discovery;

import io.vertx.core.Future;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** DNS queries without a cache, which do not block. Any thread. */
public interface ServiceLookup extends AutoCloseable {

  /** The addresses of a host name; fails if there are none, or without an answer. */
  Future<Addresses> addressesOf(String hostName);

  /** At least one SRV record of {@code name}, in no particular order, or a failure. */
  Future<List<Service>> servicesOf(String name);

  /** Queries under way may fail. */
  @Override
  void close();

  /** At least one address; null for a query that was not answered. */
  record Addresses(@Nullable List<InetAddress> v4, @Nullable List<InetAddress> v6) {

    /** With those of {@code last} where this has no answer. */
    Addresses over(@Nullable Addresses last) {
      return last == null
          ? this
          : new Addresses(v4 == null ? last.v4 : v4, v6 == null ? last.v6 : v6);
    }

    boolean isWhole() {
      return v4 != null && v6 != null;
    }

    List<InetAddress> all() {
      return Stream.of(v4, v6).filter(each -> each != null).flatMap(List::stream).toList();
    }
  }

  /** One SRV record; its target in lower case, without the dot at its end. */
  record Service(int priority, int weight, int port, String target) {}
}
