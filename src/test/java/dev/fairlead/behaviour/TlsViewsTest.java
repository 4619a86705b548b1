package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.Logs;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestCa;
import dev.fairlead.testkit.TestMember;
import dev.fairlead.testkit.TlsSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensured: people and machines see the TLS of a member as it is: handshakes, certificates, and
 * files that are not in use.
 *
 * <p>Provoked: handshakes that succeed and fail, a certificate that is renewed, one that is broken.
 *
 * <p>A failure looks like: a count that is missing, or the expiry of a certificate of before.
 */
class TlsViewsTest {
  private static final TestCa CA = TestCa.root("Test CA");
  private static final String HANDSHAKES = "fairlead_tls_handshakes_total{listener=\"web\",";
  private static final String EXPIRY = "fairlead_certificate_expiry_timestamp_seconds{listener=";

  @TempDir private Path directory;
  private PemFiles one;

  @BeforeEach
  void certificate() throws IOException {
    one = CA.issue("one", "dns:one.example").write(directory, "one");
  }

  private MemberSetup setup() {
    return MemberSetup.on(TransportKind.NIO)
        .listener("tls: { certificates: [" + one.keys() + "] }");
  }

  private static JsonObject certificate(TestMember member) throws Exception {
    return member.json("/api/v1/certificates").getJsonArray("certificates").getJsonObject(0);
  }

  @Test
  void handshakesAreCountedAndTimed() throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = setup().backends(backend).start()) {
      try (TlsSocket client = TlsSocket.trusting(CA).version("TLSv1.3").to(member, "one.example")) {
        client.send("question");
        client.expect("question");
      }
      TestCa other = TestCa.root("Another CA");
      assertThatThrownBy(
              () -> TlsSocket.trusting(other).version("TLSv1.2").to(member, "one.example").close())
          .isInstanceOf(IOException.class);
      String ok = HANDSHAKES + "result=\"ok\",resumed=\"false\",version=\"TLSv1.3\"}";
      String failed = HANDSHAKES + "result=\"failed\",resumed=\"none\",version=\"none\"}";
      await().until(() -> member.metric(failed) == 1);
      assertThat(member.metric(ok)).isEqualTo(1);
      assertThat(member.metric("fairlead_tls_handshake_seconds_count{listener=\"web\"}"))
          .isEqualTo(1);
      assertThat(member.metric("fairlead_tls_handshake_seconds_sum{listener=\"web\"}"))
          .isPositive()
          .isLessThan(60);
    }
  }

  @Test
  @Logs("listener web: the certificates of before stay in use: certificates[0].cert: ")
  void renewedCertificateIsShownAndABrokenOneIsAProblem() throws Exception {
    try (TestBackend backend = TestBackend.echo();
        TestMember member = setup().backends(backend).start()) {
      assertThat(certificate(member).getJsonArray("names")).containsExactly("one.example");
      assertThat(certificate(member).getInteger("daysLeft")).isBetween(28, 30);
      assertThat(member.json("/api/v1/status").getJsonObject("tls").getString("provider"))
          .isNotEmpty();
      CA.issue("two", "dns:two.example").write(directory, "one");
      await().until(() -> certificate(member).getJsonArray("names").contains("two.example"));
      assertThat(member.metric(EXPIRY + "\"web\",name=\"two.example\"}")).isPositive();
      assertThat(member.http("GET", "/metrics").body()).doesNotContain("one.example");
      Files.writeString(one.certificate(), "half");
      await().until(() -> !member.json("/api/v1/certificates").getJsonArray("problems").isEmpty());
      JsonArray problems = member.json("/api/v1/certificates").getJsonArray("problems");
      assertThat(problems.getJsonObject(0).getString("message"))
          .startsWith("certificates[0].cert: " + one.certificate());
      assertThat(certificate(member).getJsonArray("names")).containsExactly("two.example");
      member.reload(
          "listeners: []\npools: [{ name: web, backends: [{ " + backend.keys() + " }] }]\n");
      assertThat(member.json("/api/v1/certificates").getJsonArray("certificates")).isEmpty();
      assertThat(member.http("GET", "/metrics").body()).doesNotContain("two.example");
      assertThat(member.json("/api/v1/status").getValue("tls")).isNull();
    }
  }
}
