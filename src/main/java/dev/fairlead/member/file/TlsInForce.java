package dev.fairlead.member.file;

import dev.fairlead.admin.MemberView.TlsStatus;
import dev.fairlead.admin.MemberView.UnusableFiles;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.PoolConfig;
import dev.fairlead.config.TlsConfig.BackendTls;
import dev.fairlead.config.TlsConfig.CertificateSource;
import dev.fairlead.config.TlsConfig.CertificateSource.CertificateDirectory;
import dev.fairlead.config.TlsConfig.CertificateSource.CertificateFile;
import dev.fairlead.config.TlsConfig.ListenerTls;
import dev.fairlead.config.TlsConfig.ProviderChoice;
import dev.fairlead.config.TlsConfig.Terminate;
import dev.fairlead.config.TlsConfig.Tickets;
import dev.fairlead.listener.Snapshot.TlsSources;
import dev.fairlead.member.file.UnusableFilesException.FileProblem;
import dev.fairlead.net.tls.BackendContexts;
import dev.fairlead.net.tls.CertificateWatch;
import dev.fairlead.net.tls.ListenerCertificate;
import dev.fairlead.net.tls.ServerContexts;
import dev.fairlead.net.tls.TicketKeys;
import dev.fairlead.net.tls.TlsContexts;
import dev.fairlead.net.tls.TlsFiles;
import dev.fairlead.net.tls.TlsProblem;
import dev.fairlead.net.tls.TlsProvider;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates and keys of the configuration in force, as their files are now. {@link #read}
 * and {@link #check} read files: for workers, {@code check} one call at a time; the rest is for any
 * thread.
 */
public final class TlsInForce {
  private static final Logger LOG = LoggerFactory.getLogger(TlsInForce.class);

  private final ProviderChoice choice;
  private final InstantSource clock;

  /** Null = the cluster has no secret. */
  private final @Nullable TicketKeys ofCluster;

  private final TicketKeys ofMember = TicketKeys.ofMember();
  private volatile Watches watches = new Watches(Map.of(), Map.of());

  /**
   * What one configuration needs, by name of the listener and of the pool. One that is equal to
   * that of the configuration before is the same object.
   */
  public record Watches(
      Map<String, Watched<Terminate, ServerContexts>> listeners,
      Map<String, Watched<BackendTls, BackendContexts>> pools) {

    public TlsSources sources() {
      return new TlsSources(suppliers(listeners), suppliers(pools));
    }

    private static <T extends TlsContexts> Map<String, Supplier<T>> suppliers(
        Map<String, ? extends Watched<?, T>> all) {
      Map<String, Supplier<T>> suppliers = new HashMap<>();
      all.forEach((name, each) -> suppliers.put(name, each.watch()::current));
      return Map.copyOf(suppliers);
    }

    private Stream<? extends CertificateWatch<?>> all() {
      return Stream.concat(listeners.values().stream(), pools.values().stream())
          .map(Watched::watch);
    }
  }

  /** Files that are watched for one section {@code tls}. */
  public record Watched<C, T extends TlsContexts>(C config, CertificateWatch<T> watch) {}

  /**
   * Fails with IllegalStateException, which names the key, if there is no such provider.
   *
   * @param secrets of the cluster, the one that signs first; empty = none
   */
  public TlsInForce(ProviderChoice choice, List<byte[]> secrets, InstantSource clock) {
    this.choice = choice;
    if (choice == ProviderChoice.OPENSSL) {
      provider();
    }
    this.clock = clock;
    this.ofCluster = secrets.isEmpty() ? null : TicketKeys.ofCluster(secrets);
  }

  /**
   * Reads the files that {@code config} names.
   *
   * @throws UnusableFilesException with every file that cannot be used
   */
  public Watches read(FairleadConfig config) {
    List<FileProblem> problems = new ArrayList<>();
    Map<String, Watched<Terminate, ServerContexts>> listeners = new HashMap<>();
    for (int i = 0; i < config.listeners().size(); i++) {
      ListenerConfig listener = config.listeners().get(i);
      ListenerTls tls = listener.tls();
      if (tls != null && tls.terminate() != null) {
        SectionReading reading = new SectionReading("listeners[" + i + "].tls", problems);
        String name = listener.name();
        Terminate terminate = tls.terminate();
        add(listeners, name, reading.of(watches.listeners.get(name), terminate, this::open, name));
      }
    }
    Map<String, Watched<BackendTls, BackendContexts>> pools = new HashMap<>();
    for (int i = 0; i < config.pools().size(); i++) {
      PoolConfig pool = config.pools().get(i);
      if (pool.tls() != null) {
        SectionReading reading = new SectionReading("pools[" + i + "].tls", problems);
        String name = pool.name();
        add(pools, name, reading.of(watches.pools.get(name), pool.tls(), this::open, name));
      }
    }
    if (!problems.isEmpty()) {
      throw new UnusableFilesException(problems);
    }
    return new Watches(Map.copyOf(listeners), Map.copyOf(pools));
  }

  private static <V> void add(Map<String, V> all, String name, @Nullable V watched) {
    if (watched != null) {
      all.put(name, watched);
    }
  }

  /** Makes a watch of a section, or throws what cannot be used. */
  private interface Opener<C, T extends TlsContexts> {
    CertificateWatch<T> open(String name, C config, SectionReading reading) throws TlsProblem;
  }

  /** The reading of one section; its problems have its path. */
  private record SectionReading(String path, List<FileProblem> problems) {
    private <C, T extends TlsContexts> @Nullable Watched<C, T> of(
        @Nullable Watched<C, T> last, C config, Opener<C, T> opener, String name) {
      if (last != null && last.config().equals(config)) {
        return last;
      }
      try {
        return new Watched<>(config, opener.open(name, config, this));
      } catch (TlsProblem problem) {
        add(problem);
        return null;
      }
    }

    /** Fails with the last problem, after it has noted the others. */
    private <T extends TlsContexts> T contexts(TlsFiles<T> files) throws TlsProblem {
      List<TlsProblem> found = files.problems();
      if (found.isEmpty()) {
        return files.contexts().make();
      }
      found.subList(0, found.size() - 1).forEach(this::add);
      throw found.get(found.size() - 1);
    }

    private void add(TlsProblem problem) {
      problems.add(
          new FileProblem(path + "." + problem.key(), problem.value(), problem.expected()));
    }
  }

  private CertificateWatch<ServerContexts> open(String name, Terminate tls, SectionReading reading)
      throws TlsProblem {
    TicketKeys keys =
        tls.tickets() == Tickets.CLUSTER
            ? Objects.requireNonNullElse(ofCluster, ofMember)
            : ofMember;
    ServerContexts.Setup setup = new ServerContexts.Setup(name, tls, provider(), keys);
    Function<Instant, TlsFiles<ServerContexts>> reader = now -> ServerContexts.read(setup, now);
    ServerContexts first = reading.contexts(reader.apply(clock.instant()));
    return new CertificateWatch<>("listener " + name, paths(tls), reader, first);
  }

  private CertificateWatch<BackendContexts> open(
      String name, BackendTls tls, SectionReading reading) throws TlsProblem {
    TlsProvider provider = provider();
    Function<Instant, TlsFiles<BackendContexts>> reader =
        now -> BackendContexts.read(tls, provider);
    BackendContexts first = reading.contexts(reader.apply(clock.instant()));
    return new CertificateWatch<>("pool " + name, paths(tls), reader, first);
  }

  private static List<Path> paths(Terminate tls) {
    List<Path> paths = new ArrayList<>();
    for (CertificateSource source : tls.certificates()) {
      if (source instanceof CertificateFile file) {
        addAll(paths, file.cert(), file.key());
      } else if (source instanceof CertificateDirectory directory) {
        paths.add(directory.directory());
      }
    }
    addAll(paths, tls.clientCa(), tls.clientCrl());
    return paths;
  }

  private static List<Path> paths(BackendTls tls) {
    List<Path> paths = new ArrayList<>();
    addAll(paths, tls.ca(), tls.certificate(), tls.key());
    return paths;
  }

  private static void addAll(List<Path> paths, @Nullable Path... more) {
    Stream.of(more).filter(Objects::nonNull).forEach(paths::add);
  }

  /** Loads the native library at the first call, if it is wanted. */
  private TlsProvider provider() {
    return TlsProvider.of(choice);
  }

  /** From now on {@code next} is watched, and nothing else. */
  public void inForce(Watches next) {
    watches = next;
  }

  /** Whether there is anything to {@link #check}. */
  public boolean isWatching() {
    return !watches.listeners.isEmpty() || !watches.pools.isEmpty();
  }

  /** To be called every {@link FilesInForce#CHECK_EVERY}. */
  public void check() {
    Instant now = clock.instant();
    watches.all().forEach(watch -> check(watch, now));
  }

  /** One that fails must not keep the others from their turn. */
  private static void check(CertificateWatch<?> watch, Instant now) {
    try {
      watch.check(now);
    } catch (RuntimeException bug) {
      LOG.error("files of TLS could not be checked", bug);
    }
  }

  /** The certificates that clients of listeners see, by name of the listener. */
  public List<ListenerCertificate> certificates() {
    return new TreeMap<>(watches.listeners)
        .entrySet().stream()
            .flatMap(
                each ->
                    each.getValue().watch().current().certificates().stream()
                        .map(one -> new ListenerCertificate(each.getKey(), one)))
            .toList();
  }

  /** The listeners and pools whose files cannot be used as they are now. */
  public List<UnusableFiles> unusable() {
    List<UnusableFiles> all = new ArrayList<>();
    new TreeMap<>(watches.listeners)
        .forEach((name, each) -> add(all, name, null, each.watch().problems()));
    new TreeMap<>(watches.pools)
        .forEach((name, each) -> add(all, null, name, each.watch().problems()));
    return all;
  }

  private static void add(
      List<UnusableFiles> all,
      @Nullable String listener,
      @Nullable String pool,
      List<String> problems) {
    problems.forEach(problem -> all.add(new UnusableFiles(listener, pool, problem)));
  }

  /** Empty while nothing uses TLS: asking for the provider would load its native library. */
  public Optional<TlsStatus> status() {
    if (watches.all().findAny().isEmpty()) {
      return Optional.empty();
    }
    List<String> notes = new ArrayList<>();
    new TreeMap<>(watches.listeners)
        .forEach(
            (name, each) ->
                each.watch().current().notes().stream()
                    .map(note -> "listener " + name + ": " + note)
                    .forEach(notes::add));
    return Optional.of(new TlsStatus(provider().description(), List.copyOf(notes)));
  }
}
