package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LaterKeysTest {

  private static Loading with(String override) {
    return Loading.with(override);
  }

  private static final String YAML =
      """
      listeners: [{name: a, bind: "0.0.0.0:80", pool: a, tls: {mode: passthrough}}]
      pools: [{name: a, proxyProtocol: {version: v2}, backends: [{host: a, port: 1}]}]
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "listeners[0].tls.certificates=[{cert: a.pem, key: a.key}] | [...] | []",
        "listeners[0].tls.certificates=[{directory: /etc/certs}] | [...] | []",
        "listeners[0].tls.clientAuth=require | require | none",
        "listeners[0].tls.clientCa=ca.pem | ca.pem | null",
        "listeners[0].tls.clientCrl=crl.pem | crl.pem | null",
        "listeners[0].tls.clientNames=[a] | [...] | []",
        "listeners[0].tls.minVersion=TLSv1.3 | TLSv1.3 | TLSv1.2",
        "listeners[0].tls.ciphers=[x] | [...] | []",
        "listeners[0].tls.alpn=[h2] | [...] | []",
        "listeners[0].tls.tickets=off | off | cluster",
        "listeners[0].tls.handshakeTimeout=1s | 1s | 10s",
        "pools[0].proxyProtocol.ssl=true | true | false",
        "pools[0].tls={verify: true} | {...} | null"
      })
  void anotherValueThanTheDefaultIsNotAvailableYet(String set, String shown, String byDefault) {
    String path = set.substring(0, set.indexOf('='));
    assertThat(with(set).problems(YAML))
        .containsExactly(
            "--set " + path + ": " + shown + " (expected: " + byDefault + "; not available yet)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "listeners[0].tls.certificates=[]",
        "listeners[0].tls.handshakeTimeout=10000ms",
        "listeners[0].tls.clientCa=null",
        "listeners[0].tls.clientAuth=none",
        "pools[0].proxyProtocol.ssl=false",
        "pools[0].tls=null"
      })
  void theDefaultIsAcceptedHoweverItIsWritten(String set) {
    assertThat(with(set).problems(YAML)).isEmpty();
    assertThat(with(set).config(YAML)).isEqualTo(Loading.plain().config(YAML));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "listeners[0].tls.handshakeTimout=1s | listeners[0].tls.handshakeTimout: unknown key"
            + " (did you mean \"handshakeTimeout\"?)",
        "listeners[0].tls.alpn=h2 | listeners[0].tls.alpn: h2 (expected: a list)",
        "pools[0].proxyProtocol.ssl=yes | pools[0].proxyProtocol.ssl: yes (expected: true or false)"
      })
  void theyAreCheckedLikeAnyOther(String set, String problem) {
    assertThat(with(set).problems(YAML)).containsExactly("--set " + problem);
  }

  @Test
  void whatIsInsideARefusedPartIsCheckedToo() {
    assertThat(with("pools[0].tls={verfy: true, alpn: h2}").problems(YAML))
        .containsExactly(
            "--set pools[0].tls: {...} (expected: null; not available yet)",
            "--set pools[0].tls.verfy: unknown key (did you mean \"verify\"?)",
            "--set pools[0].tls.alpn: h2 (expected: a list)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{mode: terminate, alpn: [h2]} | terminate",
        "{certificates: [{cert: a.pem, key: a.key}]} | missing",
        "{} | missing"
      })
  void aRefusedModeIsOneProblem(String tls, String shown) {
    assertThat(with("listeners[0].tls=" + tls).problems(YAML))
        .containsExactly(
            "--set listeners[0].tls.mode: "
                + shown
                + " (expected: passthrough; terminate is not available yet)");
  }

  @Test
  void theKeysBesideARefusedModeAreCheckedToo() {
    assertThat(with("listeners[0].tls={mod: terminate, clientAuth: maybe}").problems(YAML))
        .containsExactly(
            "--set listeners[0].tls.clientAuth: maybe (expected: one of none, request, require)",
            "--set listeners[0].tls.mod: unknown key (did you mean \"mode\"?)");
  }
}
