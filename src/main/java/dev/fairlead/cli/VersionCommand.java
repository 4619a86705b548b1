package dev.fairlead.cli;

import com.hazelcast.instance.GeneratedBuildProperties;
import dev.fairlead.config.TlsConfig.ProviderChoice;
import dev.fairlead.member.FairleadVersion;
import dev.fairlead.net.tls.TlsProvider;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import io.netty.util.Version;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the versions of this jar's parts and the transports and TLS this machine supports. */
@Command(
    name = "version",
    description =
        "Shows the versions of Fairlead and its parts, and the transports and TLS available here.")
final class VersionCommand implements Callable<Integer>, IVersionProvider {
  private static final String UNKNOWN = "unknown";

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Stream.of(getVersion()).forEach(spec.commandLine().getOut()::println);
    return 0;
  }

  @Override
  public String[] getVersion() {
    String uring = IoUring.isAvailable() ? "io_uring, " : "";
    return new String[] {
      "Fairlead  " + FairleadVersion.get(),
      "Vert.x    " + text("/META-INF/vertx/vertx-version.txt"),
      "Netty     " + netty(),
      "Hazelcast " + GeneratedBuildProperties.VERSION,
      "JDK       " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
      "TLS       " + TlsProvider.of(ProviderChoice.AUTO).description(),
      "Transport " + uring + (Epoll.isAvailable() ? "epoll, nio" : "nio")
    };
  }

  /** In the single jar Netty finds only one of its artifacts; all have the same version. */
  private static String netty() {
    return Version.identify().values().stream()
        .map(Version::artifactVersion)
        .findFirst()
        .orElse(UNKNOWN);
  }

  private static String text(String resource) {
    try (InputStream in = VersionCommand.class.getResourceAsStream(resource)) {
      return in == null ? UNKNOWN : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }
}
