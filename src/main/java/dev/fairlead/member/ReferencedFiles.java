package dev.fairlead.member;

import dev.fairlead.admin.BearerToken;
import dev.fairlead.cluster.signing.Secret;
import dev.fairlead.config.BindAddress;
import dev.fairlead.config.ClusterConfig;
import dev.fairlead.config.FairleadConfig;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.Problem;
import dev.fairlead.listener.UnixAccess;
import dev.fairlead.net.CredentialFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Checks the files that a configuration names: token, secret, certificates and keys, and the owners
 * of Unix sockets. All are looked up again at the start of a member. Blocks.
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
    if (admin.tokenFile() != null) {
      all.check("node.admin.tokenFile", admin.tokenFile(), BearerToken::read);
    }
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
    for (int i = 0; i < config.listeners().size(); i++) {
      BindAddress.UnixSocket unix = config.listeners().get(i).bind().unix();
      if (unix != null) {
        all.checkAccess("listeners[" + i + "].bind", unix);
      }
    }
    return List.copyOf(all.problems);
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
      problems.add(new Problem(source, 0, "", String.valueOf(e.getMessage())));
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
    if (!isSpecial(certificate) && !isSpecial(key) && (ca == null || !isSpecial(ca))) {
      problems.addAll(files.pem(path, certificate, key, ca));
    }
  }

  private void checkAuthorities(String path, @Nullable Path file) {
    if (file != null && !isSpecial(file)) {
      files.certificates(path, file).ifPresent(problems::add);
    }
  }

  /** A pipe can be read only once, by the member itself, and may block. */
  private static boolean isSpecial(Path file) {
    return Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file);
  }
}
