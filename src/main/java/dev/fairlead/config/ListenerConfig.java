package dev.fairlead.config;

import dev.fairlead.config.LimitsConfig.ListenerLimits;
import dev.fairlead.config.ProxyProtocolConfig.AcceptProxy;
import dev.fairlead.config.TlsConfig.ListenerTls;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An address that clients connect to.
 *
 * @param name unique among the listeners
 * @param backlog length of the kernel's accept queue
 * @param pool name of the pool that serves the clients no route matches; null = they are refused
 * @param routes to other pools, the first of those that match best
 * @param proxyProtocol null = clients send no header
 * @param tls null = the bytes of clients are not looked at
 * @param state draining = it is not bound, and its live sessions finish
 */
public record ListenerConfig(
    String name,
    BindAddress bind,
    int backlog,
    @Nullable String pool,
    List<Route> routes,
    AccessConfig access,
    @Nullable AcceptProxy proxyProtocol,
    @Nullable ListenerTls tls,
    ListenerLimits limits,
    ListenerState state) {
  public static final int DEFAULT_BACKLOG = 4096;

  public ListenerConfig {
    routes = List.copyOf(routes);
  }

  /** A listener with defaults for all other settings. */
  public ListenerConfig(String name, BindAddress bind, int backlog, String pool) {
    this(
        name,
        bind,
        backlog,
        pool,
        List.of(),
        AccessConfig.EVERYONE,
        null,
        null,
        ListenerLimits.NONE,
        ListenerState.ENABLED);
  }

  /** Whether it takes new sessions. */
  public enum ListenerState implements Labelled {
    ENABLED,
    DRAINING
  }

  /** Whether its address is bound. */
  public boolean isOpen() {
    return state == ListenerState.ENABLED;
  }

  /**
   * The networks of accepted clients: {@code allow}, those of its files included and nothing
   * written = all, without {@code deny} and its files.
   */
  public record AccessConfig(
      List<Cidr> allow, List<Cidr> deny, List<ListFile> allowFiles, List<ListFile> denyFiles) {
    public static final AccessConfig EVERYONE = new AccessConfig(List.of(), List.of());

    public AccessConfig {
      allow = List.copyOf(allow);
      deny = List.copyOf(deny);
      allowFiles = List.copyOf(allowFiles);
      denyFiles = List.copyOf(denyFiles);
    }

    /** Without files. */
    public AccessConfig(List<Cidr> allow, List<Cidr> deny) {
      this(allow, deny, List.of(), List.of());
    }

    /** Whether the list {@code allow} is written. */
    public boolean isAllowed() {
      return !allow.isEmpty() || !allowFiles.isEmpty();
    }

    /** Whether the list {@code deny} is written. */
    public boolean isDenied() {
      return !deny.isEmpty() || !denyFiles.isEmpty();
    }
  }

  /**
   * A file with one network a line.
   *
   * @param index its place in {@code allow} or {@code deny}
   */
  public record ListFile(int index, Path file) {}

  /**
   * Which clients go to {@code pool}: those that match all three. An empty list matches everyone.
   *
   * @param sni names the client asks for by TLS, lower case; {@code *.} at the start stands for any
   *     labels
   * @param alpn protocols of which the client offers one
   * @param source networks of the client
   */
  public record Route(List<String> sni, List<String> alpn, List<Cidr> source, String pool) {
    public Route {
      sni = List.copyOf(sni);
      alpn = List.copyOf(alpn);
      source = List.copyOf(source);
    }
  }
}
