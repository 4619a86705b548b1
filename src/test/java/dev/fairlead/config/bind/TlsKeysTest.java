package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.TlsConfig.CertificateSource.CertificateDirectory;
import dev.fairlead.config.TlsConfig.CertificateSource.CertificateFile;
import dev.fairlead.config.TlsConfig.ClientAuth;
import dev.fairlead.config.TlsConfig.ListenerTls;
import dev.fairlead.config.TlsConfig.ProviderChoice;
import dev.fairlead.config.TlsConfig.StartTls;
import dev.fairlead.config.TlsConfig.Terminate;
import dev.fairlead.config.TlsConfig.Tickets;
import dev.fairlead.config.TlsConfig.TlsVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsKeysTest {
  private static final String YAML =
      """
      listeners: [{name: a, bind: "0.0.0.0:80", pool: a}]
      pools: [{name: a}]
      """;
  private static final String ONE = "certificates: [{cert: a.pem}]";

  private static ListenerTls tls(String keys) {
    return Loading.with("listeners[0].tls={" + keys + "}").config(YAML).listeners().get(0).tls();
  }

  private static List<String> problems(String keys) {
    return Loading.with("listeners[0].tls={" + keys + "}").problems(YAML);
  }

  @Test
  void aCertificateIsAllThatTerminatingNeeds() {
    ListenerTls byDefault =
        new ListenerTls(
            Duration.ofSeconds(5),
            StartTls.NONE,
            new Terminate(
                List.of(new CertificateFile(Path.of("/etc/fairlead/a.pem"), null)),
                ClientAuth.NONE,
                null,
                null,
                List.of(),
                TlsVersion.TLS_1_2,
                List.of(),
                List.of(),
                Tickets.CLUSTER,
                Duration.ofSeconds(10)));
    assertThat(tls(ONE)).isEqualTo(byDefault);
    assertThat(tls("mode: terminate, " + ONE)).isEqualTo(byDefault);
    assertThat(
            tls(
                "certificates: [{cert: a.pem, key: null}], clientAuth: none, clientCa: null,"
                    + " clientCrl: null, clientNames: [], minVersion: TLSv1.2, ciphers: [],"
                    + " alpn: [], tickets: cluster, handshakeTimeout: 10000ms, helloTimeout: 5s,"
                    + " startTls: none"))
        .isEqualTo(byDefault);
  }

  @Test
  void everyKeyIsRead() {
    assertThat(
            tls(
                "mode: terminate, certificates: [{cert: a.pem, key: /k/a.key}, {directory: certs}],"
                    + " clientAuth: require, clientCa: ca.pem, clientCrl: crl.pem,"
                    + " clientNames: ['*.a.example', 'spiffe://a.example/ns/*', '*@a.example'],"
                    + " minVersion: TLSv1.2, ciphers: [ECDHE-RSA-AES128-GCM-SHA256, AES128-SHA],"
                    + " alpn: [h2, http/1.1], tickets: off, handshakeTimeout: 3s, helloTimeout: 2s,"
                    + " startTls: postgres"))
        .isEqualTo(
            new ListenerTls(
                Duration.ofSeconds(2),
                StartTls.POSTGRES,
                new Terminate(
                    List.of(
                        new CertificateFile(Path.of("/etc/fairlead/a.pem"), Path.of("/k/a.key")),
                        new CertificateDirectory(Path.of("/etc/fairlead/certs"))),
                    ClientAuth.REQUIRE,
                    Path.of("/etc/fairlead/ca.pem"),
                    Path.of("/etc/fairlead/crl.pem"),
                    List.of("*.a.example", "spiffe://a.example/ns/*", "*@a.example"),
                    TlsVersion.TLS_1_2,
                    List.of("ECDHE-RSA-AES128-GCM-SHA256", "AES128-SHA"),
                    List.of("h2", "http/1.1"),
                    Tickets.OFF,
                    Duration.ofSeconds(3))));
    assertThat(tls(ONE + ", tickets: member, minVersion: TLSv1.3").terminate())
        .extracting(Terminate::tickets, Terminate::minVersion)
        .containsExactly(Tickets.MEMBER, TlsVersion.TLS_1_3);
    assertThat(tls(ONE + ", clientAuth: request, clientCa: ca.pem").terminate().clientAuth())
        .isEqualTo(ClientAuth.REQUEST);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | .certificates: missing (expected: at least one certificate, or mode: passthrough)",
        "mode: terminate | .certificates: missing"
            + " (expected: at least one certificate, or mode: passthrough)",
        "certificates: [] | .certificates: [] (expected: at least one certificate)",
        "certificates: a.pem | .certificates: a.pem (expected: a list)",
        "certificates: [a.pem] | .certificates[0]: a.pem (expected: a map of keys and values)",
        "certificates: [{}] | .certificates[0].cert: missing (expected: a PEM file, or directory)",
        "certificates: [{key: a.key}] | .certificates[0].cert: missing"
            + " (expected: a PEM file, or directory)",
        "certificates: [{crt: a.pem}] | .certificates[0].crt: unknown key"
            + " (did you mean \"cert\"?)",
        "certificates: [{cert: a.pem, directory: b}] | .certificates[0].cert:"
            + " not together with directory",
        "certificates: [{key: a.key, directory: b}] | .certificates[0].key:"
            + " not together with directory",
        "certificates: [{directory: null}] | .certificates[0].directory: null"
            + " (expected: a path of at most 4095 characters)",
        "certificate: [{cert: a.pem}] | .certificate: unknown key"
            + " (did you mean \"certificates\"?)"
      })
  void thereIsAtLeastOneCertificate(String keys, String problem) {
    assertThat(problems(keys)).containsExactly("--set listeners[0].tls" + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mode: off | mode: off (expected: one of terminate, passthrough)",
        "clientAuth: maybe | clientAuth: maybe (expected: one of none, request, require)",
        "clientCa: [] | clientCa: [] (expected: a path of at most 4095 characters, or null)",
        "minVersion: TLSv1.1 | minVersion: TLSv1.1 (expected: one of TLSv1.2, TLSv1.3)",
        "minVersion: 1.3 | minVersion: 1.3 (expected: one of TLSv1.2, TLSv1.3)",
        "tickets: on | tickets: on (expected: one of cluster, member, off)",
        "startTls: smtp | startTls: smtp (expected: one of none, postgres)",
        "handshakeTimeout: 0s | handshakeTimeout: 0s (expected: a duration above zero such as"
            + " 500ms, 30s, 15m, 1h or 7d, at most 36500d)",
        "helloTimeout: 5 | helloTimeout: 5 (expected: a duration above zero such as"
            + " 500ms, 30s, 15m, 1h or 7d, at most 36500d)",
        "alpn: h2 | alpn: h2 (expected: a list)",
        "alpn: [h2, h2] | alpn[1]: h2 (expected: once only, listeners[0].tls.alpn[0] has it"
            + " already)",
        "ciphers: [AES128-SHA, AES128-SHA] | ciphers[1]: AES128-SHA (expected: once only,"
            + " listeners[0].tls.ciphers[0] has it already)",
        "ciphers: [AES128-SHA], minVersion: TLSv1.3 | ciphers: [...] (expected: [], because"
            + " minVersion is TLSv1.3, which has its own)",
        "handshakeTimout: 1s | handshakeTimout: unknown key (did you mean \"handshakeTimeout\"?)"
      })
  void whatCantBeIsRefused(String keys, String problem) {
    assertThat(problems(ONE + ", " + keys)).containsExactly("--set listeners[0].tls." + problem);
  }

  /** A list of OpenSSL in one text, and the name of TLS 1.3 or of the JDK. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "AES128-SHA:AES256-SHA",
        "TLS_AES_128_GCM_SHA256",
        "aes128-sha",
        "HIGH",
        "!ADH",
        "-",
        ""
      })
  void aCipherHasItsNameOfOpenssl(String cipher) {
    assertThat(problems(ONE + ", ciphers: ['" + cipher + "']"))
        .singleElement()
        .asString()
        .startsWith("--set listeners[0].tls.ciphers[0]: ")
        .endsWith(
            "(expected: a cipher of TLS 1.2 as OpenSSL names it, such as"
                + " ECDHE-RSA-AES128-GCM-SHA256)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "*",
        "Some Name",
        "*.*.a.example",
        "a.*.example",
        "spiffe://*/ns/a",
        "spiffe://a:*/b",
        "a@*"
      })
  void anAsteriskIsALabelOfAClientsName(String name) {
    String clients = ONE + ", clientAuth: require, clientCa: ca, clientNames: ['" + name + "']";
    assertThat(tls(clients).terminate().clientNames()).containsExactly(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "**", "a*.example", "*a", "*-*.example", "Team *", "a\tb"})
  void anAsteriskIsNoPartOfALabel(String name) {
    String clients = ONE + ", clientAuth: require, clientCa: ca, clientNames: [\"" + name + "\"]";
    assertThat(problems(clients))
        .singleElement()
        .asString()
        .startsWith("--set listeners[0].tls.clientNames[0]: ")
        .endsWith("*@example.com, where * is one label)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "clientAuth: require | clientCa: missing (expected: a PEM file, because clientAuth is"
            + " require)",
        "clientAuth: request, clientCa: null | clientCa: null (expected: a PEM file, because"
            + " clientAuth is request)",
        "clientAuth: require, clientCrl: a, clientNames: [a] | clientCa: missing (expected: a PEM"
            + " file, because clientAuth is require)",
        "clientAuth: require, clientCA: a | clientCA: unknown key (did you mean \"clientCa\"?)",
        "clientCa: /a | clientCa: /a (expected: null, because clientAuth is none)",
        "clientCrl: /a | clientCrl: /a (expected: null, because clientAuth is none)",
        "clientNames: [a] | clientNames: [...] (expected: [], because clientAuth is none)",
        "clientAuth: yes, clientNames: [a] | clientAuth: yes (expected: one of none, request,"
            + " require)"
      })
  void clientsAreJudgedByTheirAuthorityIfTheyAreAskedForACertificate(String keys, String problem) {
    assertThat(problems(ONE + ", " + keys)).containsExactly("--set listeners[0].tls." + problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "certificates: [{cert: a.pem}]",
        "certificates: []",
        "clientAuth: require",
        "clientCa: null",
        "clientCrl: a",
        "clientNames: [a]",
        "minVersion: TLSv1.2",
        "ciphers: [AES128-SHA]",
        "alpn: [h2]",
        "tickets: cluster",
        "handshakeTimeout: 10s"
      })
  void whoPassesTlsThroughCannotSayHowItEnds(String keys) {
    String key = keys.substring(0, keys.indexOf(':'));
    assertThat(problems("mode: passthrough, " + keys))
        .containsExactly(
            "--set listeners[0].tls."
                + key
                + ": not together with mode passthrough: backends end TLS");
  }

  @Test
  void theKeysBesideAModeThatIsNoneAreCheckedOnlyByThemselves() {
    assertThat(problems("mode: terminat, clientCa: a, alpn: h2"))
        .containsExactlyInAnyOrder(
            "--set listeners[0].tls.mode: terminat (expected: one of terminate, passthrough)",
            "--set listeners[0].tls.alpn: h2 (expected: a list)");
  }

  @ParameterizedTest
  @EnumSource(ProviderChoice.class)
  void theProviderIsOneOfThree(ProviderChoice provider) {
    NodeConfig node = Loading.with("node.tlsProvider=" + provider.label()).config(YAML).node();
    assertThat(node.tlsProvider()).isEqualTo(provider);
    assertThat(NodeConfig.DEFAULT.tlsProvider()).isEqualTo(ProviderChoice.AUTO);
  }

  @Test
  void anotherProviderIsRefused() {
    assertThat(Loading.with("node.tlsProvider=boringssl").problems(YAML))
        .containsExactly("--set node.tlsProvider: boringssl (expected: one of auto, openssl, jdk)");
  }
}
