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
      listeners: [{name: a, bind: "0.0.0.0:80", pool: a}]
      pools: [{name: a, backends: [{host: a, port: 1}]}]
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "listeners[0].routes=[{sni: [x], alpn: [h2], source: [10.0.0.0/8], pool: a}] | [...] | []",
        "listeners[0].proxyProtocol.mode=optional | optional | off",
        "listeners[0].proxyProtocol.trusted=[10.0.0.1] | [...] | []",
        "listeners[0].proxyProtocol.timeout=1s | 1s | 5s",
        "listeners[0].tls={mode: passthrough, helloTimeout: 5s} | {...} | null",
        "pools[0].proxyProtocol=v1 | v1 | off",
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
        "listeners[0].routes=[]",
        "listeners[0].proxyProtocol={}",
        "listeners[0].proxyProtocol={timeout: 5000ms, trusted: []}",
        "listeners[0].proxyProtocol.mode=off",
        "listeners[0].proxyProtocol.mode=false",
        "listeners[0].tls=null",
        "pools[0].proxyProtocol=false"
      })
  void theDefaultIsAcceptedHoweverItIsWritten(String set) {
    assertThat(with(set).problems(YAML)).isEmpty();
    assertThat(with(set).config(YAML)).isEqualTo(Loading.plain().config(YAML));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "listeners[0].proxyProtocol.timout=1s | listeners[0].proxyProtocol.timout: unknown key"
            + " (did you mean \"timeout\"?)",
        "listeners[0].routes=all | listeners[0].routes: all (expected: a list)"
      })
  void theyAreCheckedLikeAnyOther(String set, String problem) {
    assertThat(with(set).problems(YAML)).containsExactly("--set " + problem);
  }

  @Test
  void whatIsInsideARefusedPartIsCheckedToo() {
    assertThat(with("listeners[0].tls={mod: terminate, alpn: h2}").problems(YAML))
        .containsExactly(
            "--set listeners[0].tls: {...} (expected: null; not available yet)",
            "--set listeners[0].tls.mod: unknown key (did you mean \"mode\"?)",
            "--set listeners[0].tls.alpn: h2 (expected: a list)");
    assertThat(with("listeners[0].proxyProtocol.trusted=[10.0.0.1/8]").problems(YAML))
        .containsExactly(
            "--set listeners[0].proxyProtocol.trusted: [...] (expected: []; not available yet)",
            "--set listeners[0].proxyProtocol.trusted[0]: 10.0.0.1/8"
                + " (expected: 10.0.0.0/8, without bits after the prefix)");
  }
}
