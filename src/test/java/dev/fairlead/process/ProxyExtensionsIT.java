package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.FairleadProcess;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.PemFiles;
import dev.fairlead.testkit.Program;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that what a header of version 2 says beside addresses arrives at HAProxy as it was, and
 * that what a member adds is what its access log says. Provoked by curl with a certificate, which
 * asks for a name, through HAProxy or not, and HAProxy as the server that tells what it got. A
 * failure would look like another id, name, version, cipher or certificate.
 */
@Tag("slow")
class ProxyExtensionsIT {
  private static final String CLIENT = "127.0.0.2";
  private static final String CLIENT_NAME = "c.example";

  /** That a client used TLS, and showed a certificate on this connection and in its session. */
  private static final int ALL_FLAGS = 7;

  private static final int VERSION = 0x21;
  private static final int COMMON_NAME = 0x22;
  private static final int CIPHER = 0x23;
  private static final int SIGNATURE = 0x24;
  private static final int KEY = 0x25;

  @TempDir private Path directory;
  private TlsFixture fixture;
  private PemFiles client;
  private boolean showsAll;
  private final int front = FreePorts.next();
  private final int back = FreePorts.next();

  @BeforeEach
  void files() throws IOException {
    Haproxy.assumeInstalled();
    Program.assumeInstalled("curl");
    fixture = new TlsFixture(directory);
    client = fixture.client(CLIENT_NAME);
    showsAll = Haproxy.isSince(directory, 2, 9); // fc_pp_tlv
  }

  /** What HAProxy got; {@code alpn} and {@code ssl} are empty if it cannot show them. */
  private record Got(String source, String id, String authority, String alpn, String ssl) {
    static Got of(Program.Answer answer) {
      assertThat(answer.exitCode()).as(answer.output()).isZero();
      String[] values = answer.output().split("\\|", -1);
      assertThat(values).as(answer.output()).hasSize(5);
      return new Got(values[0], values[1], values[2], values[3], values[4]);
    }

    private ByteBuffer sslBytes() {
      return ByteBuffer.wrap(HexFormat.of().parseHex(ssl));
    }

    int flags() {
      return sslBytes().get();
    }

    int verify() {
      return sslBytes().getInt(1);
    }

    /** The values within, by type. */
    Map<Integer, String> tls() {
      ByteBuffer rest = sslBytes().position(5);
      Map<Integer, String> values = new TreeMap<>();
      while (rest.hasRemaining()) {
        int type = rest.get();
        byte[] value = new byte[rest.getShort()];
        rest.get(value);
        values.put(type, new String(value, StandardCharsets.US_ASCII));
      }
      return values;
    }
  }

  @Test
  void extensionsOfHaproxyArriveBehindTheMember() throws Exception {
    Path pem = Files.writeString(directory.resolve("both.pem"), fixture.certificate().pem());
    try (FairleadProcess proxy =
            start("proxyProtocol: { mode: required }", "proxyProtocol: { crc32c: true }");
        Haproxy haproxy = Haproxy.start(directory, sending(proxy, pem) + accepting())) {
      Got got = ask(haproxy, front);
      assertThat(got.source()).isEqualTo(CLIENT);
      assertThat(got.id()).isEqualTo("id-of-" + CLIENT);
      assertThat(got.authority()).isEqualTo(TlsFixture.NAME);
      JsonObject line = accessLog(proxy);
      assertThat(line.getString("source")).startsWith(CLIENT + ":");
      assertThat(line.getString("peer")).startsWith("127.0.0.1:");
      if (showsAll) {
        assertThat(got.alpn()).isEqualTo("http/1.1");
        assertThat(got.flags()).isEqualTo(ALL_FLAGS);
        assertThat(got.verify()).isZero();
        assertThat(got.tls())
            .containsEntry(VERSION, "TLSv1.3")
            .containsEntry(COMMON_NAME, CLIENT_NAME)
            .containsEntry(CIPHER, "TLS_AES_256_GCM_SHA384")
            .containsEntry(SIGNATURE, "ecdsa-with-SHA256")
            .containsEntry(KEY, "EC256");
      }
    }
  }

  /** A frontend that ends TLS, and says all it can to the member. */
  private String sending(FairleadProcess proxy, Path pem) {
    return """
    listen front
      mode tcp
      bind 127.0.0.1:%s ssl crt %s ca-file %s verify required alpn http/1.1
      unique-id-format id-of-%%ci
      server member 127.0.0.1:%s send-proxy-v2-ssl-cn proxy-v2-options \
    ssl,cert-cn,ssl-cipher,cert-sig,cert-key,crc32c,unique-id,authority
    """
        .formatted(front, pem, fixture.ca, proxy.port("web"));
  }

  @Test
  void extensionsOfTheMemberAreThoseOfItsAccessLog() throws Exception {
    String required = "clientAuth: require, clientCa: '" + fixture.ca + "'";
    try (FairleadProcess proxy =
            start(
                fixture.terminate(required, "alpn: [http/1.1]"),
                "proxyProtocol: { ssl: true, uniqueId: true, crc32c: true }");
        Haproxy haproxy = Haproxy.start(directory, accepting())) {
      Got got = ask(haproxy, proxy.port("web"));
      JsonObject line = accessLog(proxy);
      JsonObject tls = line.getJsonObject("tls");
      assertThat(got.source()).isEqualTo(CLIENT);
      assertThat(line.getString("source")).startsWith(CLIENT + ":");
      assertThat(got.id()).isEqualTo(line.getString("session"));
      assertThat(got.authority()).isEqualTo(line.getString("sni")).isEqualTo(TlsFixture.NAME);
      if (showsAll) {
        assertThat(got.alpn()).isEqualTo(tls.getString("alpn")).isEqualTo("http/1.1");
        assertThat(got.flags()).isEqualTo(ALL_FLAGS);
        assertThat(got.verify()).isZero();
        assertThat(got.tls())
            .isEqualTo(
                Map.of(
                    VERSION, tls.getString("version"),
                    COMMON_NAME, tls.getString("clientName"),
                    CIPHER, tls.getString("cipher")));
        assertThat(tls.getString("clientName")).isEqualTo(CLIENT_NAME);
      }
    }
  }

  /** A frontend that demands a header and answers with what it says. */
  private String accepting() {
    String more = showsAll ? "%[fc_pp_tlv(ALPN)]|%[fc_pp_tlv(SSL),hex]" : "|";
    return """
    frontend back
      mode http
      bind 127.0.0.1:%s accept-proxy
      http-request return status 200 content-type text/plain lf-string \
    "%%[src]|%%[fc_pp_unique_id]|%%[fc_pp_authority]|%s"
    """
        .formatted(back, more);
  }

  private FairleadProcess start(String listener, String pool) throws IOException {
    return fixture.start(
        TlsFixture.listener("web", "p", listener), TlsFixture.pool("p", back, pool));
  }

  private Got ask(Haproxy haproxy, int port) throws IOException {
    haproxy.awaitListening(back);
    return Got.of(
        Program.run(
            directory,
            "curl",
            "-sS",
            "--interface",
            CLIENT,
            "--http1.1",
            "--cacert",
            fixture.ca.toString(),
            "--cert",
            client.certificate().toString(),
            "--key",
            client.key().toString(),
            "--resolve",
            TlsFixture.NAME + ":" + port + ":127.0.0.1",
            "https://" + TlsFixture.NAME + ":" + port + "/"));
  }

  private static JsonObject accessLog(FairleadProcess proxy) {
    await().until(() -> !proxy.outLines().isEmpty());
    List<JsonObject> lines = TlsFixture.accessLog(proxy);
    return lines.get(lines.size() - 1);
  }
}
