package dev.fairlead.net.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.fairlead.net.proxy.HeaderRead.Complete;
import dev.fairlead.net.proxy.ProxyHeader.Command;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ensures that headers are written as the specification and other senders write them, or not at
 * all. Provoked with single headers. A failure would look like a backend that closes each
 * connection, or one that sees a wrong client.
 */
class ProxyHeaderWriterTest {
  private static final InetSocketAddress V4 = Reading.address("192.0.2.1:56324");
  private static final InetSocketAddress V6 = Reading.address("[2001:db8::1]:443");
  private static final DomainSocketAddress UNIX = new DomainSocketAddress("/run/app.sock");

  @ParameterizedTest
  @CsvSource({
    "174.2.2.222:50000, 172.0.0.1:80, PROXY TCP4 174.2.2.222 172.0.0.1 50000 80",
    "[1::2:3]:50000, [a:b:c:d::]:80, PROXY TCP6 1::2:3 a:b:c:d:: 50000 80",
    "127.0.0.1:0, 127.0.0.1:65535, PROXY TCP4 127.0.0.1 127.0.0.1 0 65535",
    "127.0.0.1:1, [::1]:2, PROXY TCP6 ::ffff:127.0.0.1 ::1 1 2",
    "[::1]:1, 192.0.2.1:2, PROXY TCP6 ::1 ::ffff:192.0.2.1 1 2",
    "[::]:1, [1:0:2:0:3:0:4:0]:2, PROXY TCP6 :: 1:0:2:0:3:0:4:0 1 2"
  })
  void lineOfVersion1(String source, String destination, String line) {
    ProxyHeader header = ProxyHeader.v1(Reading.address(source), Reading.address(destination));
    assertThat(new String(written(header), US_ASCII)).isEqualTo(line + "\r\n");
  }

  @Test
  void unknownWithoutAddressesOfBoth() {
    assertThat(written(ProxyHeader.v1(UNIX, V4))).asString().isEqualTo("PROXY UNKNOWN\r\n");
    assertThat(written(ProxyHeader.v1(V4, null))).asString().isEqualTo("PROXY UNKNOWN\r\n");
    assertThat(written(ProxyHeader.v1(V4, InetSocketAddress.createUnresolved("a", 1))))
        .asString()
        .isEqualTo("PROXY UNKNOWN\r\n");
    assertThat(written(ProxyHeader.v2(UNIX, UNIX, List.of())))
        .isEqualTo(WireText.bytes("SIG 21 00 0000"));
  }

  @Test
  void addressesOfVersion2() {
    assertThat(
            written(
                ProxyHeader.v2(
                    Reading.address("1.2.3.4:773"), Reading.address("0.1.1.2:513"), List.of())))
        .isEqualTo(WireText.bytes("SIG 21 11 000C 01020304 00010102 0305 0201"));
    assertThat(written(ProxyHeader.v2(V6, V4, List.of())))
        .isEqualTo(
            WireText.bytes("SIG 21 21 0024 20010DB8 00*11 01 00*10 FFFF C0000201 01BB DC04"));
  }

  @Test
  void tlvIsWithinTheLength() {
    Tlv uniqueId = Tlv.of(Tlv.UNIQUE_ID, new byte[] {6, 7});
    InetSocketAddress source = Reading.address("1.2.3.4:773");
    InetSocketAddress destination = Reading.address("0.1.1.2:513");
    assertThat(written(ProxyHeader.v2(source, destination, List.of(uniqueId))))
        .isEqualTo(WireText.bytes("SIG 21 11 0011 01020304 00010102 0305 0201 05 0002 06 07"));
  }

  @Test
  void ownConnectionsAreLocal() {
    assertThat(written(ProxyHeader.local())).isEqualTo(WireText.bytes("SIG 20 00 0000"));
  }

  @Test
  void whatHaproxySendsIsPassedOnWithAChecksumAtTheEnd() {
    Complete read = (Complete) Reading.whole(4096, ProxyHeaderReaderTest.OF_HAPROXY, new byte[0]);
    ByteBuf out = Unpooled.buffer();
    ProxyHeaderWriter.writeWithChecksum(read.header(), out);
    byte[] written = ByteBufUtil.getBytes(out);
    assertThat(written).hasSameSizeAs(ProxyHeaderReaderTest.OF_HAPROXY);
    assertThat(written).containsSubsequence(0x03, 0x00, 0x04);
    assertThat(Reading.whole(4096, written, new byte[0])).isEqualTo(read);
    written[17]++;
    assertThat(Reading.whole(4096, written, new byte[0])).isNotInstanceOf(Complete.class);
  }

  /** Computed with another program. */
  @Test
  void checksumCoversTheWholeHeader() {
    ByteBuf out = Unpooled.buffer().writeZero(5);
    ProxyHeaderWriter.writeWithChecksum(ProxyHeader.v2(V4, V4, List.of()), out);
    assertThat(HexFormat.of().formatHex(ByteBufUtil.getBytes(out, 5, out.writerIndex() - 5)))
        .endsWith("030004106c09cd");
  }

  @Test
  void version1HasNoChecksum() {
    ByteBuf out = Unpooled.buffer();
    ProxyHeaderWriter.writeWithChecksum(ProxyHeader.v1(V4, V4), out);
    assertThat(out.toString(US_ASCII)).endsWith(" 56324 56324\r\n");
  }

  @Test
  void zoneIsLeftOut() throws UnknownHostException {
    Inet6Address linkLocal =
        Inet6Address.getByAddress(
            null, HexFormat.of().parseHex("fe80" + "00".repeat(13) + "01"), 1);
    ProxyHeader header =
        ProxyHeader.v1(new InetSocketAddress(linkLocal, 1), new InetSocketAddress(linkLocal, 2));
    assertThat(written(header)).asString().isEqualTo("PROXY TCP6 fe80::1 fe80::1 1 2\r\n");
  }

  @Test
  void sslTlvHasItsFieldsWithin() {
    SslTlv ssl = new SslTlv(SslTlv.OVER_TLS, 0xFFFFFFFFL, "TLSv1.3", null, "\u00e4");
    Tlv tlv = ssl.toTlv();
    assertThat(tlv.type()).isEqualTo(Tlv.SSL);
    assertThat(tlv.value())
        .isEqualTo(WireText.bytes("01 FFFFFFFF 21 0007 \"TLSv1.3\" 22 0002 C3A4"));
    assertThat(SslTlv.of(tlv)).contains(ssl);
  }

  @Test
  void whatIsTooLongIsRefusedAndNothingWritten() {
    Tlv longest = Tlv.of(0xEE, new byte[Tlv.MAX_BYTES - 3 - 12]);
    ByteBuf out = Unpooled.buffer();
    ProxyHeaderWriter.write(ProxyHeader.v2(V4, V4, List.of(longest)), out);
    assertThat(out.readableBytes()).isEqualTo(16 + 65_535);
    out.clear();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ProxyHeaderWriter.write(ProxyHeader.v2(V6, V4, List.of(longest)), out))
        .withMessage("PROXY header: addresses and TLVs of 65559 bytes (expected: at most 65535)");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ProxyHeaderWriter.writeWithChecksum(ProxyHeader.v2(V4, V4, List.of(longest)), out));
    assertThat(out.isReadable()).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tlv.of(0xEE, new byte[65_536]))
        .withMessage("TLV 0xee: 65536 bytes (expected: at most 65535)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tlv.of(Tlv.UNIQUE_ID, new byte[129]))
        .withMessage("TLV 0x05: 129 bytes (expected: at most 128)");
    assertThatIllegalArgumentException().isThrownBy(() -> Tlv.of(256, ""));
  }

  @Test
  void whatNoHeaderCanSayIsRefused() {
    List<Tlv> some = List.of(Tlv.of(Tlv.AUTHORITY, "a"));
    refused(3, Command.PROXY, V4, V4, List.of());
    refused(2, Command.PROXY, V4, null, List.of());
    refused(2, Command.PROXY, InetSocketAddress.createUnresolved("a", 1), V4, List.of());
    refused(2, Command.PROXY, V4, InetSocketAddress.createUnresolved("a", 1), List.of());
    refused(1, Command.LOCAL, null, null, List.of());
    refused(1, Command.PROXY, V4, V4, some);
    refused(2, Command.LOCAL, V4, V4, List.of());
    refused(2, Command.LOCAL, null, null, some);
    refused(2, Command.PROXY, V4, V4, List.of(Tlv.of(Tlv.CRC32C, new byte[4])));
    refused(2, Command.PROXY, V4, V4, List.of(Tlv.of(Tlv.NOOP, "")));
  }

  @Test
  void aTlvKeepsItsOwnBytes() {
    byte[] value = "abc".getBytes(UTF_8);
    Tlv tlv = Tlv.of(0xEE, value);
    value[0] = 'x';
    tlv.value()[1] = 'x';
    assertThat(tlv).isEqualTo(Tlv.of(0xEE, "abc")).hasToString("TLV 0xee of 3 bytes");
    assertThat(tlv).isNotEqualTo(Tlv.of(0xEF, "abc")).isNotEqualTo(Tlv.of(0xEE, "abd"));
  }

  private static void refused(
      int version,
      Command command,
      @Nullable InetSocketAddress source,
      @Nullable InetSocketAddress destination,
      List<Tlv> tlvs) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ProxyHeader(version, command, source, destination, tlvs))
        .withMessageStartingWith("PROXY header: ");
  }

  private static byte[] written(ProxyHeader header) {
    ByteBuf out = Unpooled.buffer();
    ProxyHeaderWriter.write(header, out);
    return ByteBufUtil.getBytes(out);
  }
}
