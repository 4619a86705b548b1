package dev.fairlead.config.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.LogDestination;
import dev.fairlead.config.LogDestination.TargetKind;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.NodeConfig.AccessLogConfig;
import dev.fairlead.config.NodeConfig.AccessLogConfig.AccessLogFormat;
import dev.fairlead.config.NodeConfig.AccessLogConfig.Rotation;
import dev.fairlead.config.NodeConfig.LogFormat;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogKeysTest {
  private static final String YAML = "listeners: []\npools: []\n";

  private static NodeConfig node(String... overrides) {
    return Loading.with(overrides).config(YAML).node();
  }

  private static List<String> problems(String... overrides) {
    return Loading.with(overrides).problems(YAML);
  }

  @Test
  void everyKeyIsRead() {
    NodeConfig node =
        node(
            "node.accessLog={format: tcplog, to: a.log, rotate: {size: 1KiB, every: 1d, keep: 3}}",
            "node.logFormat=json",
            "node.logTo=syslog://logs.internal",
            "node.auditLog={to: 'syslog:/dev/log'}",
            "node.admin={tokenFile: t, readTokenFile: r}");
    assertThat(node.accessLog())
        .isEqualTo(
            new AccessLogConfig(
                AccessLogFormat.TCPLOG,
                LogDestination.file("/etc/fairlead/a.log"),
                new Rotation(1024, Duration.ofDays(1), 3)));
    assertThat(node.logFormat()).isEqualTo(LogFormat.JSON);
    assertThat(node.logTo())
        .isEqualTo(new LogDestination(TargetKind.SYSLOG_UDP, "logs.internal", 514));
    assertThat(node.auditLog().to())
        .isEqualTo(new LogDestination(TargetKind.SYSLOG_UNIX, "/dev/log", 0));
    assertThat(node.admin().readTokenFile()).isEqualTo(Loading.DIRECTORY.resolve("r"));
  }

  @Test
  void whatIsNotWrittenIsAsBefore() {
    NodeConfig node = node();
    assertThat(node.accessLog()).isEqualTo(AccessLogConfig.DEFAULT);
    assertThat(node.logFormat()).isEqualTo(LogFormat.TEXT);
    assertThat(node.logTo()).isEqualTo(LogDestination.STDERR);
    assertThat(node.auditLog().to().isOff()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "stdout, stdout",
    "off, off",
    "a/b.log, /etc/fairlead/a/b.log",
    "syslog://10.0.0.1, syslog://10.0.0.1:514",
    "'syslog://[2001:db8::1]:1514', 'syslog://[2001:db8::1]:1514'",
    "syslog+tcp://a.b:601, syslog+tcp://a.b:601",
    "syslog:/run/log, syslog:/run/log"
  })
  void whereTheAccessLogGoes(String written, String shown) {
    assertThat(node("node.accessLog.to='" + written + "'").accessLog().to()).hasToString(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "syslog",
        "syslog://",
        "syslog://a:0",
        "syslog://a:99999",
        "syslog://a b",
        "syslog+tls://a",
        "syslog+udp://a",
        "tcp://a",
        "syslog:"
      })
  void aMisspeltServerIsNoFile(String written) {
    String place = "--set node.accessLog.to: " + written + " (expected: ";
    if (written.equals("syslog")) {
      assertThat(node("node.accessLog.to=" + written).accessLog().to().kind())
          .isEqualTo(TargetKind.FILE);
    } else {
      assertThat(problems("node.accessLog.to='" + written + "'"))
          .singleElement()
          .asString()
          .startsWith(place)
          .endsWith("syslog://host:514, syslog+tcp://host:514 or syslog:/dev/log)");
    }
  }

  @Test
  void impossiblePairsAreRefused() {
    assertThat(problems("node.accessLog={rotate: {size: 1KiB}}"))
        .containsExactly(
            "--set node.accessLog.rotate: only with a file (expected: null, or a file in to)");
    assertThat(problems("node.accessLog={to: a.log, rotate: {keep: 3}}"))
        .containsExactly(
            "--set node.accessLog.rotate.size: neither a size nor a time (expected: size, every,"
                + " or both)");
    assertThat(problems("node.admin={readTokenFile: r}"))
        .containsExactly(
            "--set node.admin.readTokenFile: /etc/fairlead/r (expected: null, or a tokenFile beside"
                + " it)");
  }

  @Test
  void wrongValuesAreRefused() {
    assertThat(problems("node.logFormat=xml"))
        .containsExactly("--set node.logFormat: xml (expected: one of text, json)");
    assertThat(problems("node.accessLog.format=clf"))
        .containsExactly("--set node.accessLog.format: clf (expected: one of json, tcplog)");
    assertThat(problems("node.logTo=a.log"))
        .containsExactly(
            "--set node.logTo: a.log (expected: stderr, or syslog://host:514,"
                + " syslog+tcp://host:514 or syslog:/dev/log)");
    assertThat(problems("node.auditLog.to=stdout://x")).hasSize(1);
    assertThat(problems("node.accessLog={to: a.log, rotate: {size: 1KiB, keep: 0}}"))
        .containsExactly("--set node.accessLog.rotate.keep: 0 (expected: 1 to 1000)");
  }
}
