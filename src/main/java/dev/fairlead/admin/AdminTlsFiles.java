package dev.fairlead.admin;

import dev.fairlead.config.NodeConfig.Admin.AdminTls;
import dev.fairlead.net.tls.AdminCertificates;
import dev.fairlead.net.tls.CertificateWatch;
import dev.fairlead.net.tls.TlsFiles;
import dev.fairlead.net.tls.TlsProblem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.TrustOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate, key and authorities of the admin listener, read again when their files change;
 * files that cannot be used leave it as it is. {@link #read} blocks, the rest is for the event loop
 * of the listener.
 */
final class AdminTlsFiles {
  private static final Logger LOG = LoggerFactory.getLogger(AdminTlsFiles.class);

  /** Raising it takes new certificates later, lowering it asks the file system more often. */
  private static final Duration CHECK_EVERY = Duration.ofSeconds(1);

  private static final String PATH = "node.admin.tls";

  private final CertificateWatch<AdminCertificates> watch;

  /** A pipe can be read only once. */
  private final boolean canChange;

  private AdminTlsFiles(CertificateWatch<AdminCertificates> watch, boolean canChange) {
    this.watch = watch;
    this.canChange = canChange;
  }

  /** Fails with an {@link IllegalStateException} that names each file that cannot be used. */
  static AdminTlsFiles read(AdminTls tls) {
    List<Path> paths =
        Stream.of(tls.certificate(), tls.key(), tls.clientCa()).filter(Objects::nonNull).toList();
    TlsFiles<AdminCertificates> files = AdminCertificates.read(tls);
    if (!files.problems().isEmpty()) {
      throw unusable(files.problems());
    }
    try {
      AdminCertificates first = files.contexts().make();
      return new AdminTlsFiles(
          new CertificateWatch<>("node.admin", paths, now -> AdminCertificates.read(tls), first),
          paths.stream().allMatch(Files::isRegularFile));
    } catch (TlsProblem e) {
      throw unusable(List.of(e));
    }
  }

  private static IllegalStateException unusable(List<TlsProblem> problems) {
    return new IllegalStateException(
        problems.stream()
            .map(problem -> problem.in("", PATH))
            .map(problem -> problem.path() + ": " + problem.message())
            .collect(Collectors.joining("; ")));
  }

  /** Of new connections. */
  ServerSSLOptions options() {
    AdminCertificates now = watch.current();
    ServerSSLOptions options =
        new ServerSSLOptions().setKeyCertOptions(KeyCertOptions.wrap(now.keys()));
    now.clients()
        .ifPresent(
            clients ->
                options
                    .setClientAuth(ClientAuth.REQUIRED)
                    .setTrustOptions(TrustOptions.wrap(clients)));
    return options;
  }

  /** Gives {@code server} what changes, from now on. */
  void follow(Vertx vertx, HttpServer server) {
    if (canChange) {
      vertx.setTimer(CHECK_EVERY.toMillis(), id -> check(vertx, server));
    }
  }

  private void check(Vertx vertx, HttpServer server) {
    vertx
        .executeBlocking(() -> watch.check(Instant.now()), false)
        .compose(
            changed ->
                changed ? server.updateSSLOptions(options(), true) : Future.succeededFuture(false))
        .onFailure(cause -> LOG.error("{} could not be checked", PATH, cause))
        .onComplete(done -> follow(vertx, server));
  }
}
