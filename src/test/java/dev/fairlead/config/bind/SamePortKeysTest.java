package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.PoolConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamePortKeysTest {
  private static final String DOCUMENT =
      """
      listeners:
        - name: ftp
          bind: '%s'
          pool: ftp
      pools:
        - name: ftp
          backends:
            - { host: 10.0.0.1, port: same }
            - { host: '2001:db8::1', port: %s }
          %s
      """;

  private static String with(String bind, String port, String more) {
    return DOCUMENT.formatted(bind, port, more);
  }

  @Test
  void aBackendMayHaveThePortOfTheListener() {
    PoolConfig pool =
        Loading.plain().config(with("0.0.0.0:30000-30009", "same", "slowStart: 0s")).pools().get(0);
    assertThat(pool.backends())
        .extracting(BackendConfig::id)
        .containsExactly("10.0.0.1:same", "[2001:db8::1]:same");
    assertThat(pool.backends().get(0).addressFor(30_005)).isEqualTo("10.0.0.1:30005");
    assertThat(pool.backends().get(1).addressFor(30_005)).isEqualTo("[2001:db8::1]:30005");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0.0.0.0:21         | same | slowStart: 0s",
        "0.0.0.0:30000-30009 | 21   | slowStart: 0s",
        "0.0.0.0:30000-30009 | same | 'health: { type: tcp, port: 21 }'",
        "0.0.0.0:30000-30009 | same | 'discovery: { dns: a.internal, port: same }'",
        "0.0.0.0:30000-30009 | same | 'agent: { port: 9777 }'"
      })
  void itGoesTogetherWith(String bind, String port, String more) {
    assertThat(Loading.plain().problems(with(bind, port, more))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0.0.0.0:21 | same | 'health: { type: tcp }' | 10: pools[0].health.port: null"
            + " (expected: a port, because that of a backend is same)",
        "unix:/run/a | same | slowStart: 0s | 4: listeners[0].pool: ftp (expected: a pool without"
            + " port: same, because listeners[0].bind is a Unix socket)",
        "0.0.0.0:21 | Same | slowStart: 0s | 9: pools[0].backends[1].port: Same"
            + " (expected: 1 to 65535, or same)",
        "0.0.0.0:21 | -1 | slowStart: 0s | 9: pools[0].backends[1].port: -1"
            + " (expected: 1 to 65535, or same)",
        "0.0.0.0:21 | same | 'agent: { port: same }' | 10: pools[0].agent.port: same"
            + " (expected: 1 to 65535)"
      })
  void whatItCantBeIsRefused(String bind, String port, String more, String problem) {
    assertThat(Loading.plain().problems(with(bind, port, more)))
        .containsExactly("f.yaml:" + problem);
  }

  @Test
  void oneHostHasThePortOnce() {
    String twice = with("0.0.0.0:21", "same", "slowStart: 0s").replace("'2001:db8::1'", "10.0.0.1");
    assertThat(Loading.plain().problems(twice))
        .containsExactly(
            "f.yaml:9: pools[0].backends[1]: 10.0.0.1:same"
                + " (expected: once only, pools[0].backends[0] has it already)");
  }
}
