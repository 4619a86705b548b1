package dev.fairlead.pool.discovery;

import io.netty.resolver.HostsFileEntriesProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The hosts file. A name has the addresses of all its lines, of both families. Blocks: every call
 * reads the whole file, so that a change of it counts from then on.
 *
 * @param path null = that of the machine
 */
record HostsFile(@Nullable Path path) {
  static final HostsFile OF_MACHINE = new HostsFile(null);

  /** Empty if the name is not in the file, or the file cannot be read. */
  ServiceLookup.Addresses addressesOf(String hostName) {
    return read().addressesOf(hostName);
  }

  /** Without entries if the file cannot be read. */
  HostsEntries read() {
    HostsFileEntriesProvider.Parser parser = HostsFileEntriesProvider.parser();
    return new HostsEntries(
        path == null ? parser.parseSilently() : parser.parseSilently(path.toFile()));
  }

  /** What was in the file. */
  record HostsEntries(HostsFileEntriesProvider hosts) {
    /** Empty if the name was not in the file. */
    ServiceLookup.Addresses addressesOf(String hostName) {
      String key = hostName.toLowerCase(Locale.ROOT);
      return new ServiceLookup.Addresses(
          hosts.ipv4Entries().getOrDefault(key, List.of()),
          hosts.ipv6Entries().getOrDefault(key, List.of()));
    }
  }
}
