package dev.fairlead.pool.discovery;

import io.vertx.core.Future;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/** Asks the DNS anew each time, without blocking. Any thread. */
public interface ServiceLookup extends AutoCloseable {

  /** The addresses of a host name; fails when there are none, or when nobody answers. */
  Future<Addresses> addressesOf(String hostName);

  /** At least one SRV record of {@code name}, in no particular order, or a failure. */
  Future<List<Service>> servicesOf(String name);

  /** Questions under way may fail. */
  @Override
  void close();

  /**
   * The addresses of a name, at least one.
   *
   * @param v4 null = that question was not answered; empty = there are none
   * @param v6 the same
   */
  record Addresses(List<InetAddress> v4, List<InetAddress> v6) {

    /** With those of {@code last} where there was no answer; null = there is no last one. */
    Addresses over(Addresses last) {
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

  /**
   * One SRV record.
   *
   * @param target lower case, without the dot at its end
   */
  record Service(int priority, int weight, int port, String target) {}
}
