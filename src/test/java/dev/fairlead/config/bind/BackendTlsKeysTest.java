package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.TlsConfig.BackendTls;
import dev.fairlead.config.TlsConfig.TlsVersion;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackendTlsKeysTest {
  private static final String YAML =
      """
      listeners: [{name: a, bind: "0.0.0.0:80", pool: a}]
      pools: [{name: a, backends: [{host: b, port: 1}]}]
      """;
  private static final String UNIX = YAML.replace("{host: b, port: 1}", "{unix: /run/b.sock}");

  private static BackendTls tls(String value) {
    return Loading.with("pools[0].tls=" + value).config(YAML).pools().get(0).tls();
  }

  @Test
  void backendsAreSpokenToInClearUnlessThereIsAMap() {
    assertThat(Loading.plain().config(YAML).pools().get(0).tls()).isNull();
    assertThat(tls("null")).isNull();
    assertThat(tls("{}")).isEqualTo(BackendTls.DEFAULT);
    assertThat(
            tls(
                "{verify: true, ca: null, serverName: null, certificate: null, key: null,"
                    + " alpn: [], minVersion: TLSv1.2}"))
        .isEqualTo(new BackendTls(true, null, null, null, null, List.of(), TlsVersion.TLS_1_2))
        .isEqualTo(BackendTls.DEFAULT);
  }

  @Test
  void everyKeyIsRead() {
    assertThat(
            tls(
                "{ca: ca.pem, serverName: db.internal, certificate: a.pem, key: /k/a.key,"
                    + " alpn: [h2, http/1.1], minVersion: TLSv1.3}"))
        .isEqualTo(
            new BackendTls(
                true,
                Path.of("/etc/fairlead/ca.pem"),
                "db.internal",
                Path.of("/etc/fairlead/a.pem"),
                Path.of("/k/a.key"),
                List.of("h2", "http/1.1"),
                TlsVersion.TLS_1_3));
    assertThat(tls("{verify: false, serverName: '2001:db8::1', certificate: a.pem}"))
        .isEqualTo(
            new BackendTls(
                false,
                null,
                "2001:db8::1",
                Path.of("/etc/fairlead/a.pem"),
                null,
                List.of(),
                TlsVersion.TLS_1_2));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "true | : true (expected: a map of keys and values)",
        "off | : off (expected: a map of keys and values)",
        "{verify: no} | .verify: no (expected: true or false)",
        "{verfy: true} | .verfy: unknown key (did you mean \"verify\"?)",
        "{ca: /ca, verify: false} | .ca: /ca (expected: null, because verify is false)",
        "{key: /k} | .certificate: missing (expected: the PEM file of the certificate of key)",
        "{key: /k, certificate: null} | .certificate: null"
            + " (expected: the PEM file of the certificate of key)",
        "{key: /k, certificat: /c} | .certificat: unknown key (did you mean \"certificate\"?)",
        "{minVersion: TLSv1} | .minVersion: TLSv1 (expected: one of TLSv1.2, TLSv1.3)",
        "{alpn: [h2, h2]} | .alpn[1]: h2 (expected: once only, pools[0].tls.alpn[0] has it already)"
      })
  void whatCantBeIsRefused(String value, String problem) {
    assertThat(Loading.with("pools[0].tls=" + value).problems(YAML))
        .containsExactly("--set pools[0].tls" + problem);
  }

  /** Netty asks for no name that ends with a dot, and no certificate has one. */
  @ParameterizedTest
  @ValueSource(strings = {"a.internal.", "'*.internal'", "a b", "https://a", "a:443", "''"})
  void aServerNameIsAHostAsACertificateHasIt(String name) {
    assertThat(Loading.with("pools[0].tls={serverName: " + name + "}").problems(YAML))
        .singleElement()
        .asString()
        .startsWith("--set pools[0].tls.serverName: ")
        .endsWith("(expected: a host name without a dot at the end, or an IP address, or null)");
  }

  @Test
  void aUnixSocketHasNoNameToProve() {
    assertThat(Loading.with("pools[0].tls={}").problems(UNIX))
        .containsExactly(
            "--set pools[0].tls.serverName: null (expected: a name, or verify: false, because a"
                + " backend is a Unix socket)");
    for (String fine : List.of("{serverName: b}", "{verify: false}", "null")) {
      assertThat(Loading.with("pools[0].tls=" + fine).problems(UNIX)).isEmpty();
    }
    for (String broken : List.of("true", "{verify: no}", "{serverName: b.}", "{servername: b}")) {
      assertThat(Loading.with("pools[0].tls=" + broken).problems(UNIX)).hasSize(1);
    }
  }
}
