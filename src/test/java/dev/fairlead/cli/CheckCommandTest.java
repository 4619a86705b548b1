package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.member.Member;
import dev.fairlead.member.StartException;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.TestCa;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
  @TempDir private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return FairleadCommand.execute(
        Map.of(), new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("f.yaml"), text);
  }

  @Test
  void aValidFileIsOneLineOnStdout() {
    assertThat(run("check", "-c", "conf/fairlead.yaml")).isZero();
    assertThat(out.toString().lines())
        .containsExactly("conf/fairlead.yaml: valid (1 listener, 1 pool, 3 backends)");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void everyProblemIsALineOnStderr() throws IOException {
    Path file = file("listeners: 3\npools: [{name: a, wait: 1}]\n");
    assertThat(run("check", "-c", file.toString(), "--set", "node.admin.prot=1")).isEqualTo(1);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString().lines())
        .hasSize(3)
        .contains(
            file + ":1: listeners: 3 (expected: a list)",
            "--set node.admin.prot: unknown key (did you mean \"port\"?)");
  }

  @Test
  void ownerAndGroupOfAUnixSocketAreLookedUp() throws IOException {
    Path file =
        file(
            """
            listeners: [{ name: a, pool: a, bind: { unix: a.sock, owner: nobody-knows } }]
            pools: [{ name: a, backends: [] }]
            """);
    assertThat(run("check", "-c", file.toString())).isEqualTo(1);
    assertThat(err.toString().lines())
        .containsExactly(
            file + ":1: listeners[0].bind.owner: nobody-knows (expected: a user of this machine)");
  }

  @Test
  void aLogFileInADirectoryThatIsMissingIsRefusedWithItsLine() throws IOException {
    Path file =
        file(
            """
            node:
              accessLog: { to: nodir/a.log, rotate: { size: 10MB } }
              auditLog: { to: . }
            pools: []
            """);
    List<String> expected =
        List.of(
            file
                + ":2: node.accessLog.to: "
                + directory.resolve("nodir/a.log")
                + " (expected: a file that can be written, but: no such directory)",
            file
                + ":3: node.auditLog.to: "
                + directory
                + " (expected: a file that can be written, but: it is a directory)");
    assertThat(run("check", "-c", file.toString())).isEqualTo(1);
    assertThat(err.toString().lines()).containsExactlyElementsOf(expected);
    assertThatThrownBy(() -> Member.start(file, new ConfigLoader(Map.of(), List.of())))
        .isInstanceOfSatisfying(
            StartException.class, e -> assertThat(e.lines()).isEqualTo(expected));
  }

  @Test
  void aLogFileThatIsNotThereYetIsNotCreatedByACheck() throws IOException {
    Path file = file("node: { accessLog: { to: a.log } }\npools: []\n");
    assertThat(run("check", "-c", file.toString())).isZero();
    assertThat(directory.resolve("a.log")).doesNotExist();
  }

  @Test
  void overridesAreChecked() throws IOException {
    Path file = file("pools: []\n");
    assertThat(run("check", "-c", file.toString(), "--set", "pools[0]={name: a, backends: []}"))
        .isZero();
    assertThat(out.toString()).contains("(0 listeners, 1 pool, 0 backends)");
  }

  @Test
  void aFileThatCantBeReadIsOneLine() {
    Path missing = directory.resolve("missing.toml");
    assertThat(run("check", "-c", missing.toString())).isEqualTo(1);
    assertThat(err.toString().lines()).containsExactly(missing + ": cannot be read: no such file");
  }

  @Test
  void everyReferencedFileThatCannotBeUsedIsALine() throws IOException {
    Path short16 = Files.writeString(directory.resolve("secret"), "too short\n");
    Path empty = Files.writeString(directory.resolve("empty.pem"), "");
    Path file =
        file(
            """
            node:
              admin: { tokenFile: missing, tls: { certificate: empty.pem, key: no.key } }
            cluster:
              secretFile: secret
              tls: { certificate: missing.pem, key: empty.pem, ca: empty.pem }
            """);
    assertThat(run("check", "-c", file.toString())).isEqualTo(1);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString().lines())
        .containsExactly(
            unreadable(file, 2, "node.admin.tokenFile", "missing"),
            file
                + ":2: node.admin.tls.certificate: "
                + empty
                + " (expected: a PEM file with certificates)",
            unreadable(file, 2, "node.admin.tls.key", "no.key"),
            file
                + ":4: cluster.secretFile: "
                + short16
                + " (expected: one or two lines of at least 16 characters, but:"
                + " line 1 is shorter than 16 characters)",
            unreadable(file, 5, "cluster.tls.certificate", "missing.pem"),
            file + ":5: cluster.tls.ca: " + empty + " (expected: a PEM file with certificates)");
  }

  private String unreadable(Path file, int line, String key, String name) {
    return file
        + ":"
        + line
        + ": "
        + key
        + ": "
        + directory.resolve(name)
        + " (expected: a file that can be read)";
  }

  @Test
  void everyFileOfTlsThatCannotBeUsedIsALine() throws IOException {
    Files.writeString(directory.resolve("empty.pem"), "");
    TestCa.root("CA").issue("one", "dns:one.example").write(directory, "one");
    TestCa.root("CA").issue("two", "dns:two.example").write(directory, "two");
    Path file =
        file(
            """
            listeners:
              - name: a
                bind: "0.0.0.0:443"
                pool: a
                tls:
                  certificates:
                    - { cert: one.pem, key: two.key }
                    - { cert: one.pem }
                    - directory: missing
                  clientAuth: require
                  clientCa: empty.pem
                  ciphers: [NO-SUCH]
            pools:
              - name: a
                tls: { ca: missing.pem }
              - name: b
                tls:
                  certificate: two.pem
                  key: one.key
            """);
    String set = "pools[0].tls.certificate=empty.pem";
    assertThat(run("check", "-c", file.toString(), "--set", set)).isEqualTo(1);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString().lines().map(line -> line.replaceAll("(?<= )/[^ ]*/", "")))
        .containsExactly(
            file
                + ":7: listeners[0].tls.certificates[0].key: two.key"
                + " (expected: the private key of the certificate in one.pem)",
            file
                + ":8: listeners[0].tls.certificates[1].cert: one.pem"
                + " (expected: a PEM file with the private key of the certificate)",
            file
                + ":9: listeners[0].tls.certificates[2].directory: missing"
                + " (expected: a file that can be read)",
            file
                + ":11: listeners[0].tls.clientCa: empty.pem"
                + " (expected: a PEM file with certificates)",
            file
                + ":12: listeners[0].tls.ciphers: NO-SUCH"
                + " (expected: a cipher of TLS 1.2, as OpenSSL names it, that is known here)",
            file + ":15: pools[0].tls.ca: missing.pem (expected: a file that can be read)",
            file
                + ":19: pools[1].tls.key: one.key"
                + " (expected: the private key of the certificate in two.pem)",
            "--set pools[0].tls.certificate: empty.pem (expected: a PEM file with certificates)");
  }

  @Test
  void filesOfTlsThatCanBeUsedAreNoProblem() throws IOException {
    TestCa ca = TestCa.root("CA");
    ca.issue("one", "dns:one.example").write(directory, "one");
    Path certs = Files.createDirectory(directory.resolve("certs"));
    Files.writeString(certs.resolve("two.pem"), ca.issue("two", "dns:two.example").pem());
    Files.writeString(directory.resolve("ca.pem"), ca.pem());
    Files.writeString(directory.resolve("crl.pem"), ca.revocationList());
    Path file =
        file(
            """
            listeners:
              - name: a
                bind: "0.0.0.0:443"
                pool: a
                tls:
                  certificates: [{ cert: one.pem, key: one.key }, { directory: certs }]
                  clientAuth: require
                  clientCa: ca.pem
                  clientCrl: crl.pem
                  clientNames: ["*.example"]
                  ciphers: [ECDHE-ECDSA-AES128-GCM-SHA256]
            pools:
              - name: a
                tls: { ca: ca.pem, certificate: one.pem, key: one.key }
            """);
    for (String provider : List.of("auto", "jdk")) {
      assertThat(run("check", "-c", file.toString(), "--set", "node.tlsProvider=" + provider))
          .as(err.toString())
          .isZero();
    }
  }

  @Test
  void filesThatCanBeUsedAreNoProblem() throws Exception {
    PemFiles pem = PemFiles.selfSigned(directory);
    Files.writeString(directory.resolve("secret"), "a secret of enough characters\n");
    Files.writeString(directory.resolve("token"), "t0ken\n");
    Path file =
        file(
            """
            node: { admin: { tokenFile: token, tls: { certificate: C, key: K } } }
            cluster: { secretFile: secret, tls: { certificate: C, key: K, ca: C } }
            """
                .replace("C,", pem.certificate() + ",")
                .replace("C }", pem.certificate() + " }")
                .replace("K ", pem.key() + " ")
                .replace("K,", pem.key() + ","));
    assertThat(run("check", "-c", file.toString())).as(err.toString()).isZero();
  }

  /** This file of Linux can be written only, also by root. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aFileWithoutPermissionIsAProblemThatSaysSo() throws IOException {
    Path secret = Path.of("/proc/sys/net/ipv4/route/flush");
    assumeThat(secret).exists();
    Path file = file("cluster: { secretFile: " + secret + " }\n");
    assertThat(run("check", "-c", file.toString())).isEqualTo(1);
    assertThat(err.toString().lines())
        .containsExactly(
            file
                + ":1: cluster.secretFile: "
                + secret
                + " (expected: a file that can be read, but: permission denied)");
  }

  @Test
  void wrongUsageIsTwo() {
    assertThat(run("check", "--sett", "a=b")).isEqualTo(2);
    assertThat(run("chekc")).isEqualTo(2);
    assertThat(run()).isEqualTo(2);
    assertThat(run("check", "--help")).isZero();
  }

  @Test
  void versionNamesThePartsAndTheTransports() {
    assertThat(run("version")).isZero();
    assertThat(out.toString().lines().map(line -> line.substring(0, line.indexOf(" "))))
        .containsExactly("Fairlead", "Vert.x", "Netty", "Hazelcast", "JDK", "TLS", "Transport");
    assertThat(out.toString()).doesNotContain("unknown").doesNotContain("${");
  }
}
