package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.Cidr;
import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.ListenerConfig.Route;
import dev.fairlead.config.TlsConfig.ListenerTls;
import dev.fairlead.config.TlsConfig.StartTls;
import dev.fairlead.config.text.Tree;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutesKeysTest {
  private static final String YAML =
      """
      listeners: [{name: a, bind: "0.0.0.0:80", pool: web, tls: {mode: passthrough}}]
      pools: [{name: web}, {name: api}]
      """;

  private static ListenerConfig listener(String... overrides) {
    return Loading.with(overrides).config(YAML).listeners().get(0);
  }

  private static List<String> problems(String... overrides) {
    return Loading.with(overrides).problems(YAML);
  }

  private static String named(String name) {
    return "listeners[0].routes=[{sni: [\"" + name + "\"], pool: api}]";
  }

  @Test
  void everyKeyOfARouteIsRead() {
    assertThat(
            listener(
                    "listeners[0].routes=[{sni: [a.example, '*.b.example'], alpn: [h2, http/1.1],"
                        + " source: [10.0.0.0/8], pool: api}, {pool: web}]")
                .routes())
        .containsExactly(
            new Route(
                List.of("a.example", "*.b.example"),
                List.of("h2", "http/1.1"),
                List.of(Cidr.of("10.0.0.0/8")),
                "api"),
            new Route(List.of(), List.of(), List.of(), "web"));
  }

  @Test
  void passingThroughIsReadWithItsDefaults() {
    assertThat(listener().tls())
        .isEqualTo(new ListenerTls(Duration.ofSeconds(5), StartTls.NONE, null));
    assertThat(
            listener("listeners[0].tls={mode: passthrough, helloTimeout: 2s, startTls: postgres}")
                .tls())
        .isEqualTo(new ListenerTls(Duration.ofSeconds(2), StartTls.POSTGRES, null));
    assertThat(listener("listeners[0].tls=null").tls()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "www.example.com, www.example.com",
    "WWW.Example.COM., www.example.com",
    "*.Example.com, *.example.com",
    "*.example.com., *.example.com",
    "localhost, localhost",
    "_x.a_b.example, _x.a_b.example",
    "1.2.3.example, 1.2.3.example",
    "xn--bcher-kva.example, xn--bcher-kva.example",
    "bücher.example, xn--bcher-kva.example",
    "*.BÜCHER.example, *.xn--bcher-kva.example",
    "例え。テスト, xn--r8jz45g.xn--zckzah"
  })
  void aNameIsComparedInOneForm(String written, String name) {
    assertThat(listener(named(written)).routes().get(0).sni()).containsExactly(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "*",
        "*.",
        "*.*.example",
        "www.*.example",
        "w*.example",
        "a..example",
        "a.example..",
        ".example",
        "-a.example",
        "a-.example",
        "a b.example",
        "a.example:443",
        "10.0.0.1",
        "*.0.0.1",
        "::1",
        "[::1]",
        "https://a.example",
        "ü.10.0.0.1",
        "１０.0.0.1"
      })
  void whatIsNoNameIsRefused(String written) {
    assertThat(problems(named(written)))
        .singleElement()
        .asString()
        .startsWith("--set listeners[0].routes[0].sni[0]: ")
        .endsWith(
            "(expected: a host name such as www.example.com, or *.example.com; no IP address)");
  }

  @Test
  void aNameHasTheLengthThatTheDnsAllows() {
    String label = "a".repeat(63);
    String longest = String.join(".", label, label, label, "a".repeat(61));
    assertThat(problems(named(longest))).isEmpty();
    assertThat(problems(named("*." + longest))).isEmpty();
    assertThat(problems(named(longest + "a"))).hasSize(1);
    assertThat(problems(named("a".repeat(64) + ".example"))).hasSize(1);
    assertThat(problems(named("ü".repeat(100_000)))).hasSize(1);
  }

  /** IDNA 2003 makes {@code strasse} of the first one, browsers do not. */
  @ParameterizedTest
  @ValueSource(strings = {"straße.example", "STRAẞE.example", "*.φας.example", "a‌b.example"})
  void aNameThatClientsWriteDifferentlyIsRefused(String written) {
    assertThat(problems(named(written)))
        .singleElement()
        .asString()
        .endsWith(
            "(expected: the name in its xn-- form, because clients differ in how they write"
                + " this one)");
  }

  @Property(tries = 2000)
  void anyNameIsReadOrRefusedAndStaysAsItWasRead(@ForAll String written) {
    RouteTypes.serverName()
        .read(scalar(written))
        .value()
        .ifPresent(
            name -> {
              assertThat(name).matches("(\\*\\.)?[a-z0-9_.-]{1,253}");
              assertThat(RouteTypes.serverName().read(scalar(name)).value()).contains(name);
            });
  }

  private static Tree.Scalar scalar(String text) {
    return new Tree.Scalar(Tree.Place.UNKNOWN, Tree.ScalarKind.TEXT, text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "h 2", "ä"})
  void aProtocolIsShortAscii(String written) {
    String set = "listeners[0].routes=[{alpn: ['" + written + "'], pool: api}]";
    assertThat(problems(set))
        .singleElement()
        .asString()
        .endsWith("(expected: a protocol such as h2, 1 to 255 ASCII characters without spaces)");
    assertThat(problems(set.replace("'" + written + "'", "x".repeat(255)))).isEmpty();
    assertThat(problems(set.replace("'" + written + "'", "x".repeat(256)))).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "all | : all (expected: a list)",
        "[{sni: a.b, pool: api}] | [0].sni: a.b (expected: a list)",
        "[{sni: [a.b]}] | [0].pool: missing (expected: the name of a pool)",
        "[{snl: [a.b], pool: api}] | [0].snl: unknown key (did you mean \"sni\"?)",
        "[{sni: [a.b], pool: apu}] | [0].pool: apu"
            + " (expected: a pool's name: did you mean \"api\"?)",
        "[{sni: [a.b, x, A.B.], pool: api}] | [0].sni[2]: a.b"
            + " (expected: once only, listeners[0].routes[0].sni[0] has it already)",
        "[{alpn: [h2, h2], pool: api}] | [0].alpn[1]: h2"
            + " (expected: once only, listeners[0].routes[0].alpn[0] has it already)",
        "[{source: [10.1.0.0/8], pool: api}] | [0].source[0]: 10.1.0.0/8"
            + " (expected: 10.0.0.0/8, without bits after the prefix)",
        "[{sni: [a.b], pool: api}, {sni: [x, a.b], alpn: [h2], pool: web}] | [1].sni[1]: a.b"
            + " (never reached: listeners[0].routes[0] takes all clients of that name)",
        "[{sni: ['*.a.b'], pool: api}, {sni: [x], pool: api}, {sni: ['*.A.b'], pool: web}]"
            + " | [2].sni[0]: *.a.b"
            + " (never reached: listeners[0].routes[0] takes all clients of that name)",
        "[{pool: api}, {source: [10.0.0.0/8], pool: web}] | [1]: never reached:"
            + " listeners[0].routes[0] takes all clients that no name matches"
      })
  void whatCantBeIsRefused(String routes, String problem) {
    assertThat(problems("listeners[0].routes=" + routes))
        .containsExactly("--set listeners[0].routes" + problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{sni: [a.b], alpn: [h2], pool: api}, {sni: [a.b], pool: web}]",
        "[{sni: [a.b], source: [10.0.0.0/8], pool: api}, {sni: [a.b], pool: web}]",
        "[{sni: ['*.b'], pool: api}, {sni: [a.b], pool: web}]",
        "[{pool: api}, {sni: [a.b], pool: web}]",
        "[{source: [10.0.0.0/8], pool: api}, {pool: web}]"
      })
  void aRouteThatLeavesClientsToOthersIsFine(String routes) {
    assertThat(problems("listeners[0].routes=" + routes)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{sni: [a.b], alpn: ['h 2'], pool: api}, {sni: [a.b], pool: web}]",
        "[{sni: [a.b], source: [x], pool: api}, {sni: [a.b], pool: web}]",
        "[{sni: [a.b], apln: [h2], pool: api}, {sni: [a.b], pool: web}]",
        "[{sin: [a.b], pool: api}, {pool: web}]",
        "[{sni: ['a b'], pool: api}, {pool: web}]",
        "[{sni: ['a b', 'a b'], pool: api}, {sni: [c], pool: web}]"
      })
  void whatCantBeReadIsNotJudgedAgain(String routes) {
    assertThat(problems("listeners[0].routes=" + routes))
        .isNotEmpty()
        .allMatch(problem -> !problem.contains("never") && !problem.contains("once"));
  }

  @Test
  void onlyAListenerWithRoutesCanDoWithoutAPool() {
    String without =
        """
        listeners:
          - name: a
            bind: 0.0.0.0:80
            routes: [{ source: [10.0.0.0/8], pool: web }]
        pools: [{ name: web }]
        """;
    assertThat(Loading.plain().config(without).listeners().get(0).pool()).isNull();
    assertThat(Loading.with("listeners[0].pool=null").config(without).listeners().get(0).pool())
        .isNull();
    assertThat(Loading.with("listeners[0].pool=b").problems(without))
        .containsExactly("--set listeners[0].pool: b (expected: a pool's name: web)");
    assertThat(Loading.with("listeners[0].routes=[]").problems(without))
        .containsExactly(
            "f.yaml:2: listeners[0].pool: missing (expected: the name of a pool, or routes)");
  }

  @Test
  void namesAndProtocolsAreKnownFromTlsOnly() {
    String routes = "listeners[0].routes=[{sni: [a.b], alpn: [h2], source: [10.0.0.1], pool: api}]";
    String because = ": [...] (expected: [], because listeners[0].tls is null: only TLS tells it)";
    assertThat(problems(routes, "listeners[0].tls=null"))
        .containsExactly(
            "--set listeners[0].routes[0].sni" + because,
            "--set listeners[0].routes[0].alpn" + because);
    assertThat(problems(routes, "listeners[0].tls=true"))
        .containsExactly("--set listeners[0].tls: true (expected: a map of keys and values)");
    assertThat(problems(routes, "listeners[0].tls={mode: terminate}")).hasSize(1);
  }

  @Test
  void problemsKnowTheirLinesAndHideVariables() {
    Loading loading = new Loading(Map.of("NAME", "secret.example", "POOL", "secret"), List.of());
    assertThat(
            loading.problems(
                """
                listeners:
                  - name: a
                    bind: 0.0.0.0:80
                    tls: { mode: passthrough }
                    routes:
                      - { sni: [ "${NAME}" ], pool: web }
                      - sni:
                          - x
                          - ${NAME}
                        pool: ${POOL}
                pools: [{ name: web }]
                """))
        .containsExactly(
            "f.yaml:9: listeners[0].routes[1].sni[1]: ${NAME}"
                + " (never reached: listeners[0].routes[0] takes all clients of that name)",
            "f.yaml:10: listeners[0].routes[1].pool: ${POOL} (expected: a pool's name: web)");
  }
}
