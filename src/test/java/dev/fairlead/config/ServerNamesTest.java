package dev.fairlead.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that a configured name and a sent one meet, whichever way each is written. What a client
 * may send is tested with its hello, in {@code ClientHelloReaderTest}.
 */
class ServerNamesTest {
  static Stream<String> names() {
    return Stream.of(
        "www.example.com=www.example.com",
        "WWW.Example.COM.=www.example.com",
        "*.Example.com=*.example.com",
        "*.com=*.com",
        "localhost=localhost",
        "_sip.example.com=_sip.example.com",
        "b\u00fccher.example=xn--bcher-kva.example",
        "*.B\u00dcCHER.example=*.xn--bcher-kva.example",
        "XN--bcher-kva.example=xn--bcher-kva.example",
        "\u4f8b\u3048\u3002\u30c6\u30b9\u30c8=xn--r8jz45g.xn--zckzah");
  }

  @ParameterizedTest
  @MethodSource("names")
  void aConfiguredNameHasOneForm(String configuredAndNormal) {
    String[] both = configuredAndNormal.split("=", -1);
    assertThat(ServerNames.normalise(both[0]).value()).hasValue(both[1]);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "*",
        "*.",
        "*..com",
        "*.*.example.com",
        "a*.example.com",
        "a.*.com",
        "a..b",
        ".a",
        "10.0.0.1",
        "*.10.0.0.1",
        "::1",
        "a b",
        "a:443",
        "https://a",
        "xn--\u00fc.example",
        "a\u00a0b.example",
        "\ud83d\ude00.example",
      })
  void anImpossibleNameIsRefused(String configured) {
    assertThat(ServerNames.normalise(configured).expected())
        .hasValueSatisfying(expected -> assertThat(expected).startsWith("a host name such as"));
  }

  @Test
  void aNameTooLongIsRefused() {
    assertThat(ServerNames.normalise("a".repeat(64) + ".example").value()).isEmpty();
    assertThat(ServerNames.normalise("a.".repeat(127) + "aa").value()).isEmpty();
  }

  /** Browsers ask for xn--strae-oqa.example, and IDNA 2003 makes strasse.example of it. */
  @ParameterizedTest
  @ValueSource(strings = {"stra\u00dfe.example", "\u03b1\u03c2.example", "a\u200db.example"})
  void aNameThatIsTwoNamesIsWantedInAscii(String configured) {
    assertThat(ServerNames.normalise(configured).expected())
        .hasValueSatisfying(expected -> assertThat(expected).contains("xn--"));
  }
}
