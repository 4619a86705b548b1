package dev.fairlead.net.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.net.proxy.HeaderRead.Complete;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Whatever a header says, it is read as it was written, in whatever pieces it arrives; whatever the
 * bytes are, the reader answers, leaves the payload where it is and takes no byte of it.
 */
class ProxyHeaderProperties {
  private static final int MAX_TLV_BYTES = 4096;

  /** A place in a header, by its share of the length, and what is written there. */
  record Mutation(int place, byte value) {}

  @Provide
  Arbitrary<ProxyHeader> headers() {
    Arbitrary<InetSocketAddress> sources = addresses().injectNull(0.1);
    Arbitrary<ProxyHeader> v1 = Combinators.combine(sources, addresses()).as(ProxyHeader::v1);
    Arbitrary<ProxyHeader> v2 =
        Combinators.combine(sources, addresses(), tlvs().list().ofMaxSize(6)).as(ProxyHeader::v2);
    return Arbitraries.frequencyOf(
        Tuple.of(4, v1), Tuple.of(8, v2), Tuple.of(1, Arbitraries.of(ProxyHeader.local())));
  }

  @Provide
  Arbitrary<List<Mutation>> mutations() {
    Arbitrary<Byte> values =
        Arbitraries.oneOf(
            Arbitraries.bytes(), Arbitraries.of((byte) 0, (byte) 0xff, (byte) '\r', (byte) '\n'));
    return Combinators.combine(Arbitraries.integers().between(0, 10_000), values)
        .as(Mutation::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(5);
  }

  @Property(tries = 500)
  void readAsItWasWritten(
      @ForAll("headers") ProxyHeader header,
      @ForAll boolean checksum,
      @ForAll @Size(max = 20) byte[] payload) {
    byte[] bytes = written(header, checksum);
    Complete expected = new Complete(header, bytes.length);
    assertThat(Reading.whole(MAX_TLV_BYTES, bytes, payload)).isEqualTo(expected);
    assertThat(Reading.byteByByte(MAX_TLV_BYTES, bytes, payload)).isEqualTo(expected);
    assertThat(Reading.composed(MAX_TLV_BYTES, bytes)).isEqualTo(expected);
    if (header.version() == 1) {
      assertThat(bytes.length).isLessThanOrEqualTo(TextHeader.MAX_BYTES);
    }
  }

  @Property(tries = 100)
  void eachBeginningWaitsForTheRest(
      @ForAll("headers") ProxyHeader header, @ForAll boolean checksum) {
    byte[] bytes = written(header, checksum);
    for (int length = 0; length < bytes.length; length++) {
      byte[] beginning = Arrays.copyOf(bytes, length);
      assertThat(Reading.whole(MAX_TLV_BYTES, beginning, new byte[0]))
          .isSameAs(HeaderRead.INCOMPLETE);
    }
  }

  @Property(tries = 1500)
  void changedBytesAreAnsweredAlikeInAllPieces(
      @ForAll("headers") ProxyHeader header,
      @ForAll boolean checksum,
      @ForAll("mutations") List<Mutation> mutations,
      @ForAll @IntRange(max = 10_000) int split,
      @ForAll @Size(max = 20) byte[] payload) {
    byte[] bytes = written(header, checksum);
    for (Mutation mutation : mutations) {
      bytes[mutation.place() % bytes.length] = mutation.value();
    }
    answeredAlike(bytes, split % bytes.length, payload);
  }

  @Property(tries = 1500)
  void anyBytesAfterABeginningAreAnsweredAlikeInAllPieces(
      @ForAll("beginnings") String beginning,
      @ForAll @Size(max = 150) byte[] rest,
      @ForAll @IntRange(max = 150) int split) {
    answeredAlike(WireText.bytes(beginning), split, rest);
  }

  @Provide
  Arbitrary<String> beginnings() {
    return Arbitraries.of(
        "",
        "\"PROXY\"",
        "\"PROXY \"",
        "\"PROXY TCP4 \"",
        "\"PROXY TCP6 ::\"",
        "\"PROXY UNKNOWN \"",
        "SIG",
        "SIG 21",
        "SIG 20 00 0010",
        "SIG 21 11 0020",
        "SIG 21 00 0020",
        "SIG 21 00 0020 20 001D");
  }

  /** The JDK accepts more than the reader, never less. */
  @Property(tries = 1500)
  void aLiteralIsWhatTheJdkReads(@ForAll("literals") String literal) {
    byte[] line = ("PROXY TCP6 ::1 " + literal + " 1 2\r\n").getBytes(UTF_8);
    if (Reading.whole(0, line, new byte[0]) instanceof Complete complete) {
      assertThat(complete.header().destination()).isEqualTo(Reading.address("[" + literal + "]:2"));
    }
  }

  @Provide
  Arbitrary<String> literals() {
    return Arbitraries.of("::", ":", "0", "1", "ab", "FFFF", "00a0", ".", "1.2.3.4", "1:2:3:4")
        .list()
        .ofMinSize(1)
        .ofMaxSize(10)
        .map(parts -> String.join("", parts))
        .filter(literal -> literal.length() <= 60);
  }

  private static void answeredAlike(byte[] bytes, int split, byte[] payload) {
    HeaderRead whole = Reading.whole(MAX_TLV_BYTES, bytes, payload);
    assertThat(Reading.byteByByte(MAX_TLV_BYTES, bytes, payload)).isEqualTo(whole);
    assertThat(Reading.inTwo(MAX_TLV_BYTES, split, bytes, payload)).isEqualTo(whole);
    if (whole instanceof Complete complete) {
      assertThat(complete.bytes()).isBetween(15, bytes.length + payload.length);
      ByteBuf all = Unpooled.wrappedBuffer(bytes, payload);
      byte[] header = ByteBufUtil.getBytes(all, 0, complete.bytes());
      assertThat(Reading.whole(MAX_TLV_BYTES, header, new byte[0])).isEqualTo(whole);
    }
  }

  /** Half of them IPv4, some of them mapped, some with runs of zeros. */
  private static Arbitrary<InetSocketAddress> addresses() {
    Arbitrary<Byte> bytes = Arbitraries.oneOf(Arbitraries.bytes(), Arbitraries.of((byte) 0));
    Arbitrary<byte[]> v4 = bytes.array(byte[].class).ofSize(4);
    Arbitrary<byte[]> v6 = bytes.array(byte[].class).ofSize(16);
    return Combinators.combine(Arbitraries.oneOf(v4, v6), Arbitraries.integers().between(0, 65_535))
        .as((ip, port) -> new InetSocketAddress(ip(ip), port));
  }

  private static Arbitrary<Tlv> tlvs() {
    Arbitrary<Tlv> any =
        Combinators.combine(
                Arbitraries.integers().between(0, 255).filter(ProxyHeaderProperties::isFree),
                Arbitraries.bytes().array(byte[].class).ofMaxSize(100))
            .as(Tlv::of);
    Arbitrary<Tlv> ssl =
        Combinators.combine(
                Arbitraries.integers().between(0, 255),
                Arbitraries.longs().between(0, 0xFFFFFFFFL),
                Arbitraries.strings().ascii().ofMaxLength(20).injectNull(0.3),
                Arbitraries.strings().ascii().ofMaxLength(20).injectNull(0.3),
                Arbitraries.strings().alpha().ofMaxLength(20).injectNull(0.3))
            .as(
                (flags, verify, version, cipher, name) ->
                    new SslTlv(flags, verify, version, cipher, name).toTlv());
    return Arbitraries.oneOf(any, ssl);
  }

  private static boolean isFree(int type) {
    return type != Tlv.CRC32C && type != Tlv.NOOP && type != Tlv.SSL;
  }

  private static InetAddress ip(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] written(ProxyHeader header, boolean checksum) {
    ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer();
    try {
      if (checksum) {
        ProxyHeaderWriter.writeWithChecksum(header, out);
      } else {
        ProxyHeaderWriter.write(header, out);
      }
      return ByteBufUtil.getBytes(out);
    } finally {
      assertThat(out.release()).isTrue();
    }
  }
}
