package dev.fairlead.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.TlsConfig.CertificateSource.CertificateDirectory;
import dev.fairlead.config.TlsConfig.ClientAuth;
import dev.fairlead.config.TlsConfig.Terminate;
import dev.fairlead.config.TlsConfig.Tickets;
import dev.fairlead.config.TlsConfig.TlsVersion;
import dev.fairlead.testkit.LogWatch;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.TestCa;
import dev.fairlead.testkit.TestCa.Issued;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that changed certificates are taken without a restart, and that broken files change
 * nothing. Provoked by writing the files of a directory. A failure would be a listener with an
 * expired certificate, or without any after half a copy.
 */
final class CertificateWatchTest {
  private static final TestCa CA = TestCa.root("Test CA");
  private final Instant start = Instant.now();

  @TempDir private Path directory;
  private final AtomicInteger reads = new AtomicInteger();

  @BeforeEach
  void writeFirst() throws Exception {
    Files.writeString(directory.resolve("a.pem"), CA.issue("first").pem());
  }

  @Test
  void takesAChangedFile() throws Exception {
    CertificateWatch<ServerContexts> watch = watch();
    ServerContexts before = watch.current();
    assertThat(watch.check(start)).isFalse();

    Files.writeString(directory.resolve("a.pem"), CA.issue("second").pem());

    assertThat(watch.check(start)).isTrue();
    assertThat(watch.current()).isNotSameAs(before);
    assertThat(names(watch)).containsExactly("second");
  }

  @Test
  void takesAFileThatWasAddedOrRemoved() throws Exception {
    CertificateWatch<ServerContexts> watch = watch();
    Path added = Files.writeString(directory.resolve("b.pem"), CA.issue("added").pem());
    assertThat(watch.check(start)).isTrue();
    assertThat(names(watch)).containsExactly("first", "added");

    Files.delete(added);
    assertThat(watch.check(start)).isTrue();
    assertThat(names(watch)).containsExactly("first");
  }

  @Test
  void takesTheSwapOfAKubernetesSecret() throws Exception {
    Path volume = Files.createDirectory(directory.resolve("volume"));
    Path old = secret(volume, "..old", "before");
    Files.createSymbolicLink(volume.resolve("..data"), old.getFileName());
    Files.createSymbolicLink(volume.resolve("tls.crt"), Path.of("..data/tls.crt"));
    Files.createSymbolicLink(volume.resolve("tls.key"), Path.of("..data/tls.key"));
    CertificateWatch<ServerContexts> watch = watch(volume);
    assertThat(names(watch)).containsExactly("before");

    secret(volume, "..new", "after");
    Files.createSymbolicLink(volume.resolve("..next"), Path.of("..new"));
    Files.move(
        volume.resolve("..next"),
        volume.resolve("..data"),
        java.nio.file.StandardCopyOption.ATOMIC_MOVE,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);

    assertThat(watch.check(start)).isTrue();
    assertThat(names(watch)).containsExactly("after");
  }

  @Test
  void filesThatStayAsTheyAreAreNotReadAgain() {
    CertificateWatch<ServerContexts> watch = watch();
    Instant later = Instant.now().plusSeconds(60);
    watch.check(later);
    int before = reads.get();

    watch.check(later.plusSeconds(1));

    assertThat(reads).hasValue(before);
  }

  @Test
  void aFileOfThisMomentIsReadAgainBecauseASecondWriteMayHaveTheSameTime() {
    CertificateWatch<ServerContexts> watch = watch();
    ServerContexts current = watch.current();
    watch.check(Instant.now());
    int before = reads.get();

    assertThat(watch.check(Instant.now())).isFalse();
    assertThat(reads).hasValue(before + 1);
    assertThat(watch.current()).isSameAs(current);
  }

  @Test
  @Logs("listener web: the certificates of before stay in use")
  void aBrokenFileKeepsTheOldAndIsReportedOnce(LogWatch log) throws Exception {
    CertificateWatch<ServerContexts> watch = watch();
    ServerContexts before = watch.current();
    String next = CA.issue("second").pem();
    Files.writeString(directory.resolve("a.pem"), next.substring(0, 300));

    assertThat(watch.check(start)).isFalse();
    assertThat(log.lines()).as("it may be half-written").isEmpty();
    for (int i = 0; i < 3; i++) {
      assertThat(watch.check(start)).isFalse();
    }
    assertThat(watch.current()).isSameAs(before);
    assertThat(log.lines()).hasSize(1);
    assertThat(watch.problems())
        .singleElement()
        .asString()
        .contains("a.pem (expected: a PEM file with certificates)");

    Files.writeString(directory.resolve("a.pem"), next);
    assertThat(watch.check(start)).isTrue();
    assertThat(watch.problems()).isEmpty();
    assertThat(names(watch)).containsExactly("second");
  }

  @Test
  void aFileThatIsWrittenInTwoPartsIsNotReported(LogWatch log) throws Exception {
    CertificateWatch<ServerContexts> watch = watch();
    String next = CA.issue("second").pem();
    Files.writeString(directory.resolve("a.pem"), next.substring(0, 300));
    watch.check(start);
    Files.writeString(directory.resolve("a.pem"), next);

    assertThat(watch.check(start)).isTrue();
    assertThat(log.lines()).isEmpty();
  }

  @Test
  @Logs("listener web: the certificate in")
  void aCertificateThatExpiresSoonIsReportedOnceADay(LogWatch log) throws Exception {
    Issued issued = CA.issue(TestCa.keys("EC", 256), start.plus(Duration.ofDays(30)), "old");
    Files.writeString(directory.resolve("a.pem"), issued.pem());
    CertificateWatch<ServerContexts> watch = watch();

    watch.check(start.plus(Duration.ofDays(15)));
    assertThat(log.lines()).isEmpty();
    Instant soon = start.plus(Duration.ofDays(16)).plusSeconds(60);
    watch.check(soon);
    watch.check(soon.plusSeconds(1));
    assertThat(log.lines()).singleElement().asString().endsWith("a.pem expires in 13 days");
    watch.check(soon.plus(Duration.ofDays(1)));
    assertThat(log.lines()).hasSize(2);
    watch.check(soon.plus(Duration.ofDays(20)));
    assertThat(log.lines().get(2)).endsWith("a.pem has expired");
    assertThat(CertificateWatch.daysLeft(watch.current().certificates().get(0), start))
        .isEqualTo(29);
  }

  @Test
  void replacedContextsAreReleasedWhenNoHandshakeNeedsThem() throws Exception {
    CertificateWatch<ServerContexts> watch = watch();
    ReferenceCountedOpenSslContext before =
        (ReferenceCountedOpenSslContext) watch.current().contextOf("first");
    ReferenceCountedOpenSslEngine handshake =
        (ReferenceCountedOpenSslEngine)
            watch.current().newHandler(UnpooledByteBufAllocator.DEFAULT, "first").engine();
    assertThat(before.refCnt()).isEqualTo(2);

    Files.writeString(directory.resolve("a.pem"), CA.issue("second").pem());
    assertThat(watch.check(start)).isTrue();

    await()
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(before.refCnt()).as("the handshake's").isEqualTo(1);
            });
    assertThat(handshake.getSession().isValid()).isTrue();
    handshake.release();
    assertThat(before.refCnt()).isZero();
  }

  private static List<String> names(CertificateWatch<ServerContexts> watch) {
    return watch.current().certificates().stream().map(one -> one.names().get(0)).toList();
  }

  private static Path secret(Path volume, String name, String common) throws Exception {
    Path made = Files.createDirectory(volume.resolve(name));
    Issued issued = CA.issue(common);
    Files.writeString(made.resolve("tls.crt"), issued.chainPem());
    Files.writeString(made.resolve("tls.key"), issued.keyPem());
    return made;
  }

  private CertificateWatch<ServerContexts> watch() {
    return watch(directory);
  }

  private CertificateWatch<ServerContexts> watch(Path watched) {
    Terminate tls =
        new Terminate(
            List.of(new CertificateDirectory(watched)),
            ClientAuth.NONE,
            null,
            null,
            List.of(),
            TlsVersion.TLS_1_2,
            List.of(),
            List.of(),
            Tickets.MEMBER,
            Duration.ofSeconds(30));
    ServerContexts.Setup setup =
        new ServerContexts.Setup("web", tls, TlsProvider.BORINGSSL, TicketKeys.ofMember());
    try {
      ServerContexts first = ServerContexts.read(setup, start).contexts().make();
      return new CertificateWatch<>(
          "listener web",
          List.of(watched),
          now -> {
            reads.incrementAndGet();
            return ServerContexts.read(setup, now);
          },
          first);
    } catch (TlsProblem e) {
      throw new AssertionError(e);
    }
  }
}
