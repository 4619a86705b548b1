package dev.fairlead.net.tls;

import static dev.fairlead.net.tls.PostgresStartTls.GSSENC_REQUEST;
import static dev.fairlead.net.tls.PostgresStartTls.NEEDS_MORE;
import static dev.fairlead.net.tls.PostgresStartTls.OTHER;
import static dev.fairlead.net.tls.PostgresStartTls.SSL_REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.HelloBytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresStartTlsTest {
  private static final String SSL = "00000008 04d2162f";
  private static final String GSSENC = "00000008 04d21630";

  @Test
  void recognisesBothRequests() {
    assertThat(recognise(SSL)).isEqualTo(SSL_REQUEST);
    assertThat(recognise(GSSENC)).isEqualTo(GSSENC_REQUEST);
  }

  @ParameterizedTest
  @ValueSource(strings = {SSL, GSSENC})
  void theStartOfARequestNeedsMore(String request) {
    byte[] bytes = bytes(request);
    for (int length = 0; length < bytes.length; length++) {
      assertThat(PostgresStartTls.recognise(Unpooled.wrappedBuffer(bytes, 0, length)))
          .isEqualTo(NEEDS_MORE);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00000008 04d2162e", // a cancellation
        "00000008 04d21631",
        "00000029 00030000", // a start of protocol 3.0, without encryption
        "00000029",
        "16", // direct TLS
        "47455420",
        "80000008 04d2162f",
        "00000000 0804d216 2f", // a byte before a request
      })
  void anythingElseIsOther(String sent) {
    assertThat(recognise(sent)).isEqualTo(OTHER);
  }

  @Test
  void directTlsIsKnownByItsFirstByte() {
    byte[] hello = HelloBytes.postQuantum().alpn("postgresql").bytes();
    assertThat(PostgresStartTls.recognise(Unpooled.wrappedBuffer(hello, 0, 1))).isEqualTo(OTHER);
  }

  @ParameterizedTest
  @ValueSource(strings = {SSL, GSSENC})
  void bytesThatDidNotWaitForTheAnswerMakeItNoRequest(String request) {
    assertThat(recognise(request + "16")).isEqualTo(OTHER);
    assertThat(HelloReading.state(HelloReading.atOnce(bytes(request + "16"))))
        .isEqualTo(ClientHelloReader.HelloState.NOT_A_HELLO);
  }

  @Test
  void consumesNothingAndBeginsAtTheReaderIndex() {
    ByteBuf bytes = Unpooled.wrappedBuffer(bytes("ffff" + SSL)).skipBytes(2);
    assertThat(PostgresStartTls.recognise(bytes)).isEqualTo(SSL_REQUEST);
    assertThat(bytes.readableBytes()).isEqualTo(PostgresStartTls.REQUEST_BYTES);
  }

  private static PostgresStartTls recognise(String hexadecimal) {
    return PostgresStartTls.recognise(Unpooled.wrappedBuffer(bytes(hexadecimal)));
  }

  private static byte[] bytes(String hexadecimal) {
    return HexFormat.of().parseHex(hexadecimal.replace(" ", ""));
  }
}
