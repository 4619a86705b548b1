package dev.fairlead.member.file;

import dev.fairlead.admin.AdminTokens;
import dev.fairlead.cluster.signing.Secret;
import dev.fairlead.config.BindAddress;
import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.LogDestination;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.Problem;
import dev.fairlead.config.TlsConfig.BackendTls;
import dev.fairlead.config.TlsConfig.CertificateSource.CertificateFile;
import dev.fairlead.config.TlsConfig.ProviderChoice;
import dev.fairlead.config.TlsConfig.Terminate;
import dev.fairlead.listener.UnixAccess;
import dev.fairlead.net.CredentialFiles;
import dev.fairlead.net.tls.BackendContexts;
import dev.fairlead.net.tls.ServerContexts;
import dev.fairlead.net.tls.ServerContexts.Setup;
import dev.fairlead.net.tls.TicketKeys;
import dev.fairlead.net.tls.TlsFiles;
import dev.fairlead.net.tls.TlsProblem;
import dev.fairlead.net.tls.TlsProvider;
import dev.fairlead.observe.sink.LogFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Checks the files that a configuration names: token, secret, certificates, their keys, authorities
 * and revoked ones, log files, and the owners of Unix sockets. All are looked up again at the start
 * of a member. Blocks.
 */
public final class ReferencedFiles {
  private final String source;
  private final CredentialFiles files;
  private final List<Problem> problems = new ArrayList<>();

  private ReferencedFiles(String source) {
    this.source = source;
    this.files = new CredentialFiles(source);
  }

  /** All problems, empty = all files can be used; {@code source} names the configuration. */
  public static List<Problem> problems(String source, FairleadConfig config) {
    ReferencedFiles all = new ReferencedFiles(source);
    NodeConfig.Admin admin = config.node().admin();
    all.checkTokens(admin);
    if (admin.tls() != null) {
      all.checkTls("node.admin.tls", admin.tls().certificate(), admin.tls().key(), null);
      all.checkAuthorities("node.admin.tls.clientCa", admin.tls().clientCa());
    }
    ClusterConfig cluster = config.cluster();
    if (cluster.secretFile() != null) {
      all.check("cluster.secretFile", cluster.secretFile(), Secret::read);
    }
    if (cluster.tls() != null) {
      ClusterConfig.ClusterTls tls = cluster.tls();
      all.checkTls("cluster.tls", tls.certificate(), tls.key(), tls.ca());
    }
    all.problems.addAll(logFiles(source, config.node()));
    all.checkDynamicPart(config);
    return List.copyOf(all.problems);
  }

  /** The problems of the files of logs alone; creates none of them. */
  public static List<Problem> logFiles(String source, NodeConfig node) {
    Map<String, LogDestination> logs = new LinkedHashMap<>();
    logs.put("node.accessLog.to", node.accessLog().to());
    logs.put("node.auditLog.to", node.auditLog().to());
    List<Problem> problems = new ArrayList<>();
    logs.forEach(
        (key, to) -> {
          if (to.kind() == LogDestination.TargetKind.FILE) {
            LogFile.unusable(Path.of(to.place()))
                .map(expected -> Problem.expected(to.place(), expected))
                .ifPresent(message -> problems.add(new Problem(source, 0, key, message)));
          }
        });
    return problems;
  }

  private void checkTokens(NodeConfig.Admin admin) {
    String full = "node.admin.tokenFile";
    String read = "node.admin.readTokenFile";
    if (admin.tokenFile() != null) {
      check(full, admin.tokenFile(), file -> AdminTokens.check(full, file));
    }
    if (admin.readTokenFile() != null) {
      check(read, admin.readTokenFile(), file -> AdminTokens.check(read, file));
      if (problems.isEmpty() && !isSpecial(Objects.requireNonNull(admin.tokenFile()))) {
        check(read, admin.readTokenFile(), file -> AdminTokens.check(admin));
      }
    }
  }

  private void check(String path, Path file, Consumer<Path> reader) {
    if (isSpecial(file)) {
      return;
    }
    Optional<Problem> unreadable = files.unreadable(path, file);
    if (unreadable.isPresent()) {
      problems.add(unreadable.get());
      return;
    }
    try {
      reader.accept(file);
    } catch (IllegalStateException e) {
      problems.add(ofKey(path, e));
    }
  }

  /** Its message begins with the key. */
  private Problem ofKey(String path, IllegalStateException e) {
    String message = String.valueOf(e.getMessage());
    String key = path + ": ";
    return message.startsWith(key)
        ? new Problem(source, 0, path, message.substring(key.length()))
        : new Problem(source, 0, "", message);
  }

  private void checkDynamicPart(FairleadConfig config) {
    ListsInForce.problems(config)
        .forEach(
            each ->
                problems.add(
                    new Problem(
                        source, 0, each.path(), Problem.expected(each.value(), each.expected()))));
    ProviderChoice wanted = config.node().tlsProvider();
    Optional<TlsProvider> provider =
        wanted == ProviderChoice.OPENSSL || usesTls(config) ? provider(wanted) : Optional.empty();
    for (int i = 0; i < config.listeners().size(); i++) {
      ListenerConfig listener = config.listeners().get(i);
      String path = "listeners[" + i + "]";
      BindAddress.UnixSocket unix = listener.bind().unix();
      if (unix != null) {
        checkAccess(path + ".bind", unix);
      }
      if (listener.tls() != null && listener.tls().terminate() != null) {
        Terminate tls = listener.tls().terminate();
        provider.ifPresent(it -> checkTerminate(path + ".tls", listener.name(), tls, it));
      }
    }
    for (int i = 0; i < config.pools().size(); i++) {
      BackendTls tls = config.pools().get(i).tls();
      String path = "pools[" + i + "].tls";
      if (tls != null
          && Stream.of(tls.ca(), tls.certificate(), tls.key())
              .noneMatch(ReferencedFiles::isSpecial)) {
        provider.ifPresent(it -> checkContexts(path, BackendContexts.read(tls, it)));
      }
    }
  }

  private static boolean usesTls(FairleadConfig config) {
    return config.pools().stream().anyMatch(pool -> pool.tls() != null)
        || config.listeners().stream()
            .anyMatch(one -> one.tls() != null && one.tls().terminate() != null);
  }

  /** Empty when there is none, which is reported. */
  private Optional<TlsProvider> provider(ProviderChoice wanted) {
    try {
      return Optional.of(TlsProvider.of(wanted));
    } catch (IllegalStateException e) {
      problems.add(ofKey("node.tlsProvider", e));
      return Optional.empty();
    }
  }

  private void checkTerminate(String path, String listener, Terminate tls, TlsProvider provider) {
    Stream<@Nullable Path> certificates =
        tls.certificates().stream()
            .flatMap(
                one ->
                    one instanceof CertificateFile file
                        ? Stream.of(file.cert(), file.key())
                        : Stream.of());
    if (Stream.concat(certificates, Stream.of(tls.clientCa(), tls.clientCrl()))
        .noneMatch(ReferencedFiles::isSpecial)) {
      Setup setup = new Setup(listener, tls, provider, TicketKeys.ofMember());
      checkContexts(path, ServerContexts.read(setup, Instant.now()));
    }
  }

  /** Also what only the provider of TLS sees. */
  private void checkContexts(String path, TlsFiles<?> files) {
    files.problems().forEach(each -> problems.add(each.in(source, path)));
    if (files.problems().isEmpty()) {
      try {
        files.contexts().make();
      } catch (TlsProblem e) {
        problems.add(e.in(source, path));
      }
    }
  }

  private void checkAccess(String path, BindAddress.UnixSocket unix) {
    try {
      UnixAccess.check(unix);
    } catch (UnixAccess.AccessException e) {
      String message = String.valueOf(e.getMessage());
      problems.add(new Problem(source, 0, path + "." + e.key(), message));
    } catch (IOException e) {
      problems.add(new Problem(source, 0, path, e.toString()));
    }
  }

  private void checkTls(String path, Path certificate, Path key, @Nullable Path ca) {
    if (!isSpecial(certificate) && !isSpecial(key) && !isSpecial(ca)) {
      problems.addAll(files.pem(path, certificate, key, ca));
    }
  }

  private void checkAuthorities(String path, @Nullable Path file) {
    if (file != null && !isSpecial(file)) {
      files.certificates(path, file).ifPresent(problems::add);
    }
  }

  /** A pipe can be read only once, by the member itself, and may block. */
  private static boolean isSpecial(@Nullable Path file) {
    return file != null
        && Files.exists(file)
        && !Files.isRegularFile(file)
        && !Files.isDirectory(file);
  }
}
