package dev.fairlead.net.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.fairlead.config.ProxyProtocolConfig.AcceptProxy;
import dev.fairlead.net.proxy.HeaderRead.Complete;
import dev.fairlead.net.proxy.HeaderRead.Malformed;
import dev.fairlead.net.proxy.ProxyHeader.Command;
import dev.fairlead.testkit.Allocations;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ensures the limits of the reader, what it does with each part of a header, and what that costs.
 * Provoked with single headers. A failure would look like a sender that takes memory without a
 * limit, or a field of a header that is not there.
 */
class ProxyHeaderReaderTest {
  private static final byte[] NONE = {};

  /** Of HAProxy 2.6: {@code send-proxy-v2-ssl-cn} with authority, CRC32C and unique id. */
  static final byte[] OF_HAPROXY =
      HexFormat.of()
          .parseHex(
              "0d0a0d0a000d0a515549540a2111006e7f0000017f00000183426f1b03000476733a4d0100026832"
                  + "02000f7777772e6578616d706c652e6f726705000569642d34322000390700000000210007544c"
                  + "5376312e3322000e636c69656e742e6578616d706c65230016544c535f4145535f3235365f4743"
                  + "4d5f534841333834");

  @Test
  void readsAllThatHaproxySends() {
    ProxyHeader header = header(OF_HAPROXY);
    assertThat(header.version()).isEqualTo(2);
    assertThat(header.command()).isEqualTo(Command.PROXY);
    assertThat(header.source()).isEqualTo(Reading.address("127.0.0.1:33602"));
    assertThat(header.destination()).isEqualTo(Reading.address("127.0.0.1:28443"));
    assertThat(header.alpn()).contains("h2");
    assertThat(header.authority()).contains("www.example.org");
    assertThat(header.uniqueId()).contains("id-42".getBytes(UTF_8));
    assertThat(header.ssl())
        .contains(new SslTlv(7, 0, "TLSv1.3", "TLS_AES_256_GCM_SHA384", "client.example"));
    assertThat(header.tlvs())
        .extracting(Tlv::type)
        .containsExactly(Tlv.ALPN, Tlv.AUTHORITY, Tlv.UNIQUE_ID, Tlv.SSL);
  }

  @Test
  void eachChangedBitFailsTheChecksum() {
    for (int bit = 16 * 8; bit < 28 * 8; bit++) {
      byte[] changed = OF_HAPROXY.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(read(changed)).isEqualTo(new Malformed("wrong CRC32C"));
    }
  }

  @Test
  void oneChecksumOnly() {
    String line = WireText.lines("malformed.txt").stream().reduce("", (first, last) -> last);
    assertThat(read(WireText.bytes(line.substring(line.indexOf('|') + 1))))
        .isEqualTo(new Malformed("more than one CRC32C"));
  }

  @Test
  void checksumOfPiecesIsThatOfTheWhole() {
    assertThat(Reading.composed(4096, OF_HAPROXY)).isEqualTo(read(OF_HAPROXY));
  }

  @Test
  void paddingIsNotPartOfWhatAHeaderSays() {
    assertThat(header(WireText.bytes("SIG 21 00 0008 04 0002 0000 04 0000")).tlvs()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 4096, 65_519})
  void moreTlvsThanTheLimitAreRefusedBeforeTheyArrive(int maxTlvBytes) {
    String head = String.format(Locale.ROOT, "SIG 21 11 %04X", 12 + maxTlvBytes + 1);
    assertThat(Reading.whole(maxTlvBytes, WireText.bytes(head), NONE))
        .isEqualTo(new Malformed("more than " + maxTlvBytes + " bytes of TLVs"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 4096, 65_519})
  void asManyTlvsAsTheLimitAreRead(int maxTlvBytes) {
    String tlvs =
        maxTlvBytes == 0
            ? ""
            : String.format(Locale.ROOT, "EE %04X 00*%d", maxTlvBytes - 3, maxTlvBytes - 3);
    String text = String.format(Locale.ROOT, "SIG 21 11 %04X 00*12 %s", 12 + maxTlvBytes, tlvs);
    assertThat(Reading.whole(maxTlvBytes, WireText.bytes(text), NONE)).isInstanceOf(Complete.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4096, 65_535})
  void aBufferOfMaxBytesIsAlwaysEnough(int maxTlvBytes) {
    int max = new ProxyHeaderReader(maxTlvBytes).maxBytes();
    for (String start : new String[] {"SIG 20 00", "SIG 21 11", "SIG 21 31", "SIG 21 00"}) {
      byte[] stream = WireText.bytes(start + " FFFF 00*" + (max - 16));
      assertThat(Reading.whole(maxTlvBytes, stream, NONE)).isNotEqualTo(HeaderRead.INCOMPLETE);
    }
    byte[] line = WireText.bytes("\"PROXY UNKNOWN\" \" \"*" + (max - 13));
    assertThat(Reading.whole(maxTlvBytes, line, NONE)).isNotEqualTo(HeaderRead.INCOMPLETE);
  }

  @Test
  void aLimitBeyondTheLengthOfTwoBytesIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new ProxyHeaderReader(65_536));
    assertThatIllegalArgumentException().isThrownBy(() -> new ProxyHeaderReader(-1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SIG 20 41 0000",
        "SIG 20 FF 000C FF*12",
        "SIG 20 11 0001 FF",
        "SIG 20 31 10D8 FF*4312"
      })
  void nothingElseOfLocalCounts(String text) {
    assertThat(header(WireText.bytes(text))).isEqualTo(ProxyHeader.local());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SIG 21 10 000A FF*10",
        "SIG 21 01 000A FF*10",
        "SIG 21 02 0000",
        "SIG 21 30 0001 FF"
      })
  void halfUnspecifiedIsSkipped(String text) {
    assertThat(header(WireText.bytes(text))).isEqualTo(ProxyHeader.v2(null, null, List.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SIG 21 12 0011 00*12 02 0002 \"ab\"",
        "SIG 21 22 0029 00*36 02 0002 \"ab\"",
        "SIG 21 31 00DD 00*216 02 0002 \"ab\"",
        "SIG 21 32 00DD 00*216 02 0002 \"ab\"",
        "SIG 21 00 0005 02 0002 \"ab\""
      })
  void tlvsWithoutUsableAddressesAreRead(String text) {
    ProxyHeader header = header(WireText.bytes(text));
    assertThat(header.source()).isNull();
    assertThat(header.authority()).contains("ab");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"PROXY TCP6 ::ffff:192.0.2.1 ::FFFF:C000:0202 1 2\\r\\n\"",
        "SIG 21 21 0024 00*10 FFFF C0000201 00*10 FFFF C0000202 0001 0002"
      })
  void mappedAddressesAreOfIpv4(String text) {
    ProxyHeader header = header(WireText.bytes(text));
    assertThat(header.source()).isEqualTo(Reading.address("192.0.2.1:1"));
    assertThat(header.destination())
        .extracting(InetSocketAddress::getAddress)
        .isInstanceOf(Inet4Address.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "::",
        "::1",
        "1::",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8",
        "aBcD::Ef",
        "0001:0002:0003:0004:0005:0006:0007:0008",
        "64:ff9b::192.0.2.33",
        "1:2:3:4:5:6:1.2.3.4"
      })
  void formsOfIpv6(String literal) {
    ProxyHeader header = header(("PROXY TCP6 ::2 " + literal + " 1 80\r\n").getBytes(UTF_8));
    assertThat(header.destination()).isEqualTo(Reading.address("[" + literal + "]:80"));
  }

  /**
   * What was examined is overwritten until the last byte, except for the byte before the new one.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {"\"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\\r\\n\"", "SIG 21 00 FFFF 00*65535"})
  void noByteIsExaminedAgainBeforeTheLastOne(String text) {
    byte[] bytes = WireText.bytes(text);
    byte[] overwritten = bytes.clone();
    ByteBuf in = Unpooled.wrappedBuffer(overwritten);
    ProxyHeaderReader reader = new ProxyHeaderReader(Tlv.MAX_BYTES);
    for (int arrived = 0; arrived < bytes.length; arrived++) {
      in.setIndex(0, arrived);
      assertThat(reader.read(in)).isSameAs(HeaderRead.INCOMPLETE);
      boolean isOfFixedPart = overwritten[0] != bytes[0] && arrived > 12 && arrived < 16;
      if (arrived > 1 && !isOfFixedPart) {
        overwritten[arrived - 2] = '?';
      }
    }
    System.arraycopy(bytes, 0, overwritten, 0, bytes.length);
    in.setIndex(0, bytes.length);
    assertThat(reader.read(in)).isInstanceOf(Complete.class);
  }

  @Test
  void aBytewiseStreamAllocatesNothing() {
    byte[] bytes = WireText.bytes("SIG 21 00 FFFF 00*65534");
    ByteBuf in = Unpooled.wrappedBuffer(bytes);
    long allocated =
        Allocations.ofSecondRun(
            () -> {
              ProxyHeaderReader reader = new ProxyHeaderReader(Tlv.MAX_BYTES);
              for (int arrived = 0; arrived <= bytes.length; arrived++) {
                in.setIndex(0, arrived);
                reader.read(in);
              }
            });
    assertThat(allocated).isLessThan(1024);
  }

  @Test
  void textThatIsNoneHasReplacementCharacters() {
    assertThat(header(WireText.bytes("SIG 21 00 0005 02 0002 41FF")).authority())
        .contains("A\ufffd");
  }

  private static ProxyHeader header(byte[] bytes) {
    HeaderRead read = read(bytes);
    assertThat(read).isInstanceOf(Complete.class);
    assertThat(((Complete) read).bytes()).isEqualTo(bytes.length);
    return ((Complete) read).header();
  }

  private static HeaderRead read(byte[] bytes) {
    return Reading.whole(AcceptProxy.DEFAULT_TLV_BYTES, bytes, new byte[] {1, 2, 3});
  }
}
