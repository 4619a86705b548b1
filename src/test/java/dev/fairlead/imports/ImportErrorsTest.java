package dev.fairlead.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.config.Problem;
import dev.fairlead.config.bind.ConfigLoader;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.imports.haproxy.HaproxyImport;
import dev.fairlead.imports.nginx.NginxImport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be read is refused with its file, its line, and what was expected. */
final class ImportErrorsTest {
  private static final String PROXY = "listen a\n bind *:80\n server s 10.0.0.1:80\n";

  @TempDir private Path directory;

  @Test
  void haproxyNeedsASection() {
    assertHaproxy("\nbalance roundrobin\n", "f:2: 'balance'", "a section such as");
  }

  @Test
  void haproxyQuotesAreClosed() {
    assertHaproxy("global\n log \"a\n", "f:2: a quote is open", "a closing \"");
    assertHaproxy("global\n log 'a\n", "f:2: a quote is open", "a closing '");
  }

  @Test
  void haproxyBackendsAreKnown() {
    assertHaproxy(
        "frontend a\n bind :80\n default_backend b\n", "f:3: 'b'", "the name of a backend");
  }

  @Test
  void haproxyTimesAreTimes() {
    assertHaproxy(PROXY + " timeout server soon\n", "f:4: 'soon'", "a time such as");
  }

  @Test
  void haproxyNumbersAreNumbers() {
    for (String name : List.of("rise", "fall", "port", "weight")) {
      assertHaproxy(
          "listen a\n bind :80\n default-server " + name + " many\n server s 10.0.0.1:80 check\n",
          "f:3: " + name + " 'many'",
          "a whole number");
    }
    assertHaproxy(PROXY + " retries many\n", "f:4: retries 'many'", "without variables");
    assertHaproxy(
        "listen a\n bind :80\n server s 10.0.0.1:80 observe layer4 error-limit x\n",
        "f:3: error-limit 'x'",
        "a whole number");
    assertHaproxy(
        PROXY.replace(":80\n", ":80 check\n") + " option tcp-check\n tcp-check connect port x\n",
        "f:5: port 'x'",
        "a whole number");
  }

  @Test
  void haproxyNumbersMayHaveVariables() {
    String yaml =
        HaproxyImport.yaml(
            "f", "listen a\n bind :80\n server s 10.0.0.1:80 check rise \"${RISE-3}\"\n");
    assertThat(yaml).contains("rise: \"${RISE:3}\"");
  }

  @Test
  void rangesOfImpossiblePortsAreLeftOut() {
    String yaml = HaproxyImport.yaml("f", "listen a\n bind :1-99999999999\n bind :80\n");
    assertThat(yaml).contains("line 2: :1-99999999999: left out");
    assertThat(
            NginxImport.yaml(
                "f",
                "stream { server { listen 1-99999999999; proxy_pass 10.0.0.1:80; } }",
                Path.of("src/test/resources")))
        .contains("left out: no IP:port");
  }

  @Test
  void haproxyDefaultsAreKnown() {
    assertHaproxy("listen a from b\n", "f:1: from b", "the name of a defaults section");
  }

  @Test
  void haproxyConditionalBlocksAreRefused() {
    assertHaproxy("global\n .if defined(A)\n", "f:2: .if", "without conditional blocks");
  }

  @Test
  void haproxyEscapesAndVariablesAreRead() {
    String yaml =
        HaproxyImport.yaml(
            "f",
            """
            global
              setenv HERE 10.0.0.7
            listen a\\ b
              bind "${HERE}:80"
              server 's#1' "${HOST-db}:${PORT}" weight 2 # a comment
            """);
    assertThat(yaml)
        .contains("- name: a-b")
        .contains("bind: 10.0.0.7:80")
        .contains("{ host: \"${HOST:db}\", port: \"${PORT}\", weight: 2 }   # s#1");
  }

  @Test
  void haproxyDefaultsThatAreNamedAreInherited() {
    String yaml =
        HaproxyImport.yaml(
            "f",
            """
            defaults one
              balance leastconn
            defaults two
              balance source
            listen a from one
              bind :80
              server s 10.0.0.1:80
            """);
    assertThat(yaml).contains("balance: least-connections").contains("line 4: balance source");
  }

  @Test
  void haproxyNamesAreThoseThatFairleadTakes() throws Exception {
    String yaml =
        HaproxyImport.yaml(
            "f",
            """
            frontend 'a b'
              bind :80
              use_backend 'x: [y]' if { src 10.0.0.0/8 }
              default_backend '[/]'
            backend 'x: [y]'
              server s 10.0.0.1:80
            backend '[/]'
              server s 10.0.0.1:80
            """);
    assertThat(problems(yaml)).isEmpty();
    assertThat(yaml).contains("name: a-b", "name: x:-y", "name: unnamed");
    assertHaproxy(
        PROXY
            + PROXY.replace("listen a", "listen 'a/ b'")
            + PROXY.replace("listen a", "listen a-b"),
        "f:7: 'a-b'",
        "not that of 'a/ b' too");
  }

  @Test
  void nginxNumbersAreThoseThatFairleadTakes() throws Exception {
    String yaml =
        NginxImport.yaml(
            "f",
            "stream { upstream u { server 10.0.0.1:80 weight=999999999999 max_conns=99999999999; }\n"
                + "server { listen 80; proxy_pass u; } }",
            Path.of("src/test/resources"));
    assertThat(problems(yaml)).isEmpty();
    assertThat(yaml)
        .contains("weight: 1000, maxConnections: 2147483647", "weight=999999999999: 1000 is");
  }

  private List<Problem> problems(String yaml) throws IOException {
    Path file = Files.writeString(directory.resolve("f.yaml"), yaml);
    return new ConfigLoader(Map.of(), List.of()).load(ConfigText.read(file)).problems();
  }

  @Test
  void nginxBracesAreClosed() {
    assertNginx("stream {\n server {\n}", "f:1: stream {", "a closing }");
    assertNginx("stream {\n}\n}", "f:3: '}'", "no block is open");
  }

  @Test
  void nginxDirectivesEnd() {
    assertNginx("stream {\n allow all\n}", "f:2: allow all", "; at its end");
    assertNginx("user nginx", "f:1: user nginx", "; or {");
    assertNginx("user 'nginx;", "f:1: a quote is open", "a closing '");
  }

  @Test
  void nginxIncludesOfOneFileAreThere() {
    assertNginx("\ninclude missing.conf;", "f:2: include missing.conf", "a file that can be read");
  }

  @Test
  void nginxIncludesThatAreNoFilesSayWhy() throws IOException {
    Files.createDirectory(directory.resolve("d.conf"));
    assertThatThrownBy(() -> NginxImport.yaml("f", "include d.conf;", directory))
        .hasMessage(
            "f:1: include d.conf (expected: a file that can be read, but: it is a directory)");
  }

  @Test
  void nginxNumbersAreNumbers() {
    assertNginx(
        "stream { server {\n listen 80;\n proxy_pass 10.0.0.1:80;\n"
            + " proxy_next_upstream_tries many; } }",
        "f:4: proxy_next_upstream_tries 'many'",
        "a whole number");
  }

  @Test
  void nginxNamesToResolveAreNames() {
    for (String server : List.of("fd@3", "unix:/run/a")) {
      assertNginx(
          "stream { upstream u {\n server " + server + " resolve; } }",
          "f:2: " + server,
          "a name of the DNS");
    }
  }

  @Test
  void nginxBackendsHaveAPort() {
    assertNginx(
        "stream { server {\n listen 80;\n proxy_pass nowhere; } }", "f:3: nowhere", "an upstream");
  }

  private static void assertHaproxy(String text, String begin, String expected) {
    assertThatThrownBy(() -> HaproxyImport.yaml("f", text))
        .isInstanceOf(ImportException.class)
        .hasMessageStartingWith(begin)
        .hasMessageContaining("(expected: ")
        .hasMessageContaining(expected);
  }

  private static void assertNginx(String text, String begin, String expected) {
    assertThatThrownBy(() -> NginxImport.yaml("f", text, Path.of("src/test/resources")))
        .isInstanceOf(ImportException.class)
        .hasMessageStartingWith(begin)
        .hasMessageContaining("(expected: ")
        .hasMessageContaining(expected);
  }
}
