package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigValidatorTest {
  private final Loading loading = Loading.plain();

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, true",
    "127.9.9.9, true",
    "::1, true",
    "localhost, true",
    "0.0.0.0, false",
    "10.0.0.1, false",
    "::, false",
    "admin.internal, false"
  })
  void anAdminAddressThatIsNotLoopbackDemandsAToken(String host, boolean valid) {
    String open = "node: {admin: {host: '" + host + "'}}";
    assertThat(loading.problems(open).isEmpty()).isEqualTo(valid);
    assertThat(loading.problems("node: {admin: {host: '" + host + "', tokenFile: t}}")).isEmpty();
    if (!valid) {
      assertThat(loading.problems(open))
          .containsExactly(
              "f.yaml:1: node.admin.host: "
                  + host
                  + " (expected: a loopback address, or a tokenFile beside it)");
    }
  }

  @Test
  void namesAreUnique() {
    assertThat(
            loading.problems(
                """
                listeners:
                  - { name: a, bind: "0.0.0.0:1", pool: p }
                  - { name: a, bind: "0.0.0.0:2", pool: p }
                pools:
                  - name: p
                  - name: q
                  - name: p
                """))
        .containsExactly(
            "f.yaml:3: listeners[1].name: a"
                + " (expected: once only, listeners[0].name has it already)",
            "f.yaml:7: pools[2].name: p (expected: once only, pools[0].name has it already)");
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0:1, 0.0.0.0:1, false",
    "[::1]:1, [0:0::1]:1, false",
    "unix:/a/b, unix:/a/./b, false",
    "0.0.0.0:1, 0.0.0.0:2, true",
    "127.0.0.1:1, 127.0.0.2:1, true",
    "0.0.0.0:0, 0.0.0.0:0, true"
  })
  void addressesAreUniqueUnlessAnyPortWillDo(String first, String second, boolean valid) {
    String yaml =
        """
        listeners:
          - { name: a, bind: "%s", pool: p }
          - { name: b, bind: "%s", pool: p }
        pools: [{ name: p }]
        """
            .formatted(first, second);
    assertThat(loading.problems(yaml).isEmpty()).isEqualTo(valid);
    if (!valid) {
      assertThat(loading.problems(yaml))
          .singleElement()
          .asString()
          .startsWith("f.yaml:3: listeners[1].bind: ")
          .endsWith(" (expected: once only, listeners[0].bind has it already)");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'{host: a, port: 1}', '{host: a, port: 1}', a:1",
    "'{host: a, port: 1}', '{host: A, port: 1, weight: 3}', A:1",
    "'{host: \"::1\", port: 1}', '{host: \"0::1\", port: 1}', [0::1]:1",
    "'{unix: /x}', '{unix: /x}', unix:/x"
  })
  void backendsAreUniqueInTheirPool(String first, String second, String id) {
    String pool = "pools:\n  - name: p\n    backends:\n      - " + first + "\n      - " + second;
    assertThat(loading.problems(pool))
        .containsExactly(
            "f.yaml:5: pools[0].backends[1]: "
                + id
                + " (expected: once only, pools[0].backends[0] has it already)");
  }

  @Test
  void twoPoolsMayHaveTheSameBackend() {
    assertThat(
            loading.problems(
                """
                pools:
                  - { name: p, backends: [{ host: a, port: 1 }] }
                  - { name: q, backends: [{ host: a, port: 1 }] }
                """))
        .isEmpty();
  }

  @Test
  void aListenersPoolExists() {
    String listener = "listeners: [{name: a, bind: '0.0.0.0:1', pool: web}]\n";
    assertThat(loading.problems(listener))
        .containsExactly(
            "f.yaml:1: listeners[0].pool: web (expected: a pool's name: there is none)");
    assertThat(loading.problems(listener + "pools: [{name: api}, {name: static}]"))
        .containsExactly("f.yaml:1: listeners[0].pool: web (expected: a pool's name: api, static)");
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0:8081, false",
    "[::]:8081, false",
    "127.0.0.1:8081, false",
    "127.0.0.2:8081, true",
    "0.0.0.0:8080, true"
  })
  void aListenerDoesNotTakeTheAdminAddress(String bind, boolean valid) {
    String yaml = "listeners: [{name: a, bind: '" + bind + "', pool: p}]\npools: [{name: p}]";
    assertThat(loading.problems(yaml).isEmpty()).isEqualTo(valid);
    if (!valid) {
      assertThat(loading.problems(yaml))
          .containsExactly(
              "f.yaml:1: listeners[0].bind: "
                  + bind
                  + " (expected: not the address of node.admin, 127.0.0.1:8081)");
    }
  }

  @Test
  void whatIsBrokenAlreadyIsNotJudgedAgain() {
    assertThat(
            loading.problems(
                """
                node: { admin: { host: "a b" } }
                listeners:
                  - { name: a, bind: x, pool: web }
                  - { name: b, bind: x, pool: web }
                pools:
                  - { name: "w b", backends: [{ host: "?", port: 1 }, { host: "?", port: 1 }] }
                """))
        .hasSize(6);
  }
}
