package dev.fairlead.net.tls;

import static dev.fairlead.net.tls.ClientHelloReader.HelloState.NEEDS_MORE;
import static dev.fairlead.net.tls.ClientHelloReader.HelloState.NOT_A_HELLO;
import static dev.fairlead.net.tls.ClientHelloReader.HelloState.WITHOUT_NAME;
import static dev.fairlead.net.tls.ClientHelloReader.HelloState.WITH_NAME;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.net.tls.ClientHelloReader.HelloState;
import dev.fairlead.testkit.HelloBytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures that a hello is understood, and that nothing else is taken for one. Provoked by hellos of
 * all versions and of real clients, and by a corpus of wrong ones. A failure would look like a
 * wrong name, or, far worse, like a broken hello that counts as one without a name.
 */
class ClientHelloReaderTest {
  private static final HelloBytes PLAIN = HelloBytes.ofVersion(0x0303);

  @Test
  void readsNameProtocolsAndVersion() {
    ClientHelloReader reader =
        HelloReading.atOnce(
            HelloBytes.ofVersion(0x0303)
                .serverName("shop.example.com")
                .alpn("h2", "http/1.1")
                .versions(0x0304, 0x0303)
                .bytes());
    assertThat(HelloReading.state(reader)).isEqualTo(WITH_NAME);
    assertThat(reader.hello())
        .isEqualTo(
            new ClientHello("shop.example.com", List.of("h2", "http/1.1"), "TLSv1.3", false));
    assertThat(reader.fault()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0x0301, 0x0302, 0x0303})
  void aHelloWithoutExtensionsHasNoName(int version) {
    ClientHelloReader reader = HelloReading.atOnce(HelloBytes.ofVersion(version).bytes());
    assertThat(HelloReading.state(reader)).isEqualTo(WITHOUT_NAME);
    assertThat(reader.hello().serverName()).isNull();
    assertThat(reader.hello().alpn()).isEmpty();
    assertThat(reader.hello().version())
        .isEqualTo(version == 0x0301 ? "TLSv1" : "TLSv1." + (version - 0x0301));
  }

  @Test
  void aHelloWithoutThatExtensionHasNoName() {
    ClientHelloReader reader = HelloReading.atOnce(HelloBytes.postQuantum().alpn("h2").bytes());
    assertThat(HelloReading.state(reader)).isEqualTo(WITHOUT_NAME);
    assertThat(reader.hello()).isEqualTo(new ClientHello(null, List.of("h2"), "TLSv1.3", false));
  }

  @Test
  void greaseIsNeitherVersionNorFault() {
    ClientHelloReader reader =
        HelloReading.atOnce(
            HelloBytes.ofVersion(0x0303)
                .extension(0x0a0a, new byte[] {1, 2, 3})
                .versions(0xfafa, 0x0303)
                .alpn("\u00ca\u00ca", "h2")
                .serverName("a.example")
                .extension(0xfafa, new byte[0])
                .bytes());
    assertThat(reader.hello())
        .isEqualTo(new ClientHello("a.example", List.of("\u00ca\u00ca", "h2"), "TLSv1.2", false));
  }

  @Test
  void ofAnEncryptedHelloTheOuterNameCounts() {
    ClientHelloReader reader =
        HelloReading.atOnce(
            HelloBytes.postQuantum()
                .serverName("provider.example")
                .extension(0xfe0d, new byte[300])
                .bytes());
    assertThat(reader.hello())
        .isEqualTo(new ClientHello("provider.example", List.of(), "TLSv1.3", true));
  }

  static List<HelloCorpus> realClients() throws IOException {
    return HelloCorpus.read("real.txt");
  }

  @ParameterizedTest
  @MethodSource("realClients")
  void readsRealClients(HelloCorpus client) {
    List<String> expected = List.of(client.title().split("; ", -1));
    ClientHello hello = HelloReading.atOnce(client.bytes()).hello();
    assertThat(hello.version()).isEqualTo(expected.get(1));
    assertThat(hello.serverName() == null ? "-" : hello.serverName()).isEqualTo(expected.get(2));
    assertThat(hello.alpn().isEmpty() ? "-" : String.join(" ", hello.alpn()))
        .isEqualTo(expected.get(3));
  }

  static List<HelloCorpus> malformed() throws IOException {
    return HelloCorpus.read("malformed.txt");
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void whatIsMalformedIsNoHello(HelloCorpus sent) {
    for (ClientHelloReader reader :
        List.of(HelloReading.atOnce(sent.bytes()), HelloReading.byteByByte(sent.bytes()))) {
      assertThat(HelloReading.state(reader)).isEqualTo(NOT_A_HELLO);
      assertThat(reader.fault()).isNotEmpty();
    }
  }

  /** What is wrong in the record or message header is known before the body has come. */
  @ParameterizedTest
  @MethodSource("malformed")
  void whatIsMalformedNeverCountsAsNameless(HelloCorpus sent) {
    for (int length = 0; length <= sent.bytes().length; length++) {
      HelloState state =
          HelloReading.state(HelloReading.atOnce(Arrays.copyOf(sent.bytes(), length)));
      assertThat(state).isIn(NEEDS_MORE, NOT_A_HELLO);
    }
  }

  static Stream<String> plainNames() {
    return Stream.of(
        "SHOP.Example.COM=shop.example.com",
        "shop.example.com.=shop.example.com",
        "xn--bcher-kva.example=xn--bcher-kva.example",
        "localhost=localhost",
        "_service.a-b.example=_service.a-b.example",
        "1.2.3.4.example=1.2.3.4.example",
        "1.2.3.256=1.2.3.256",
        "a".repeat(255) + "=" + "a".repeat(255));
  }

  @ParameterizedTest
  @MethodSource("plainNames")
  void namesAreRead(String sentAndRead) {
    String[] both = sentAndRead.split("=", -1);
    ClientHelloReader reader =
        HelloReading.atOnce(HelloBytes.ofVersion(0x0303).serverName(both[0]).bytes());
    assertThat(HelloReading.state(reader)).isEqualTo(WITH_NAME);
    assertThat(reader.hello().serverName()).isEqualTo(both[1]);
  }

  static Stream<String> noNames() {
    return Stream.of(
        "",
        ".",
        "..",
        ".a.example",
        "a..example",
        "a.example..",
        "1.2.3.4",
        "1.2.3.4.",
        "::1",
        "[::1]",
        "2001:db8::1",
        "a.example:443",
        "a example",
        "a/b",
        "*.example.com",
        "a\r\nb",
        "a\0",
        "b\u00fccher.example",
        "\u00c1\u0080",
        "\u017f.example",
        "a".repeat(256),
        "a.".repeat(128),
        "a".repeat(60_000));
  }

  @ParameterizedTest
  @MethodSource("noNames")
  void whatIsNoHostNameMakesNoHello(String name) {
    ClientHelloReader reader =
        HelloReading.atOnce(HelloBytes.ofVersion(0x0303).serverName(name).bytes());
    assertThat(HelloReading.state(reader)).isEqualTo(NOT_A_HELLO);
    assertThat(reader.fault()).contains("server name");
  }

  @Test
  void httpFailsAtItsFirstByte() {
    assertThat(HelloReading.state(HelloReading.atOnce(new byte[] {'G'}))).isEqualTo(NOT_A_HELLO);
  }

  @Test
  void aMessageBeyondTheBoundFailsOnceItsLengthIsKnown() {
    byte[] longest = HelloBytes.ofVersion(0x0303).padding(64_000).bytes();
    assertThat(HelloReading.state(HelloReading.atOnce(longest))).isEqualTo(WITHOUT_NAME);
    byte[] start = {22, 3, 1, 1, 0, 1, 1};
    assertThat(HelloReading.state(HelloReading.atOnce(start))).isEqualTo(NOT_A_HELLO);
  }

  @Test
  void theBoundIsOfTheWholeMessage() {
    int others = PLAIN.message().length + 2 + 4;
    byte[] largest =
        HelloBytes.ofVersion(0x0303).padding(ClientHelloReader.MAX_HELLO_BYTES - others).bytes();
    assertThat(HelloReading.state(HelloReading.atOnce(largest))).isEqualTo(WITHOUT_NAME);
    byte[] larger =
        HelloBytes.ofVersion(0x0303)
            .padding(ClientHelloReader.MAX_HELLO_BYTES - others + 1)
            .bytes();
    assertThat(HelloReading.state(HelloReading.atOnce(larger))).isEqualTo(NOT_A_HELLO);
  }

  @Test
  void thereAreAtMost4096Records() {
    byte[] bytes = HelloBytes.ofVersion(0x0303).padding(5000).inRecords(1);
    int most = 6 * ClientHelloReader.MAX_RECORDS;
    assertThat(HelloReading.state(HelloReading.atOnce(Arrays.copyOf(bytes, most))))
        .isEqualTo(NEEDS_MORE);
    assertThat(HelloReading.state(HelloReading.atOnce(bytes))).isEqualTo(NOT_A_HELLO);
  }

  @Test
  void moreThan256ProtocolsMakeNoHello() {
    String[] many = IntStream.range(0, 257).mapToObj(i -> "p" + i).toArray(String[]::new);
    assertThat(
            HelloReading.state(
                HelloReading.atOnce(HelloBytes.ofVersion(0x0303).alpn(many).bytes())))
        .isEqualTo(NOT_A_HELLO);
  }

  /** Early data of TLS 1.3, in records of their own. */
  @Test
  void whatFollowsInOtherRecordsIsNotLookedAt() {
    ByteBuf bytes =
        Unpooled.wrappedBuffer(
            HelloBytes.ofVersion(0x0303).serverName("a.example").bytes(),
            new byte[] {20, 3, 3, 0, 1, 1, 23, 3, 3, 0, 2, 5, 5});
    ClientHelloReader reader = new ClientHelloReader();
    assertThat(reader.read(bytes)).isEqualTo(WITH_NAME);
    assertThat(bytes.readerIndex()).isZero();
  }
}
