package dev.fairlead.net.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.net.proxy.HeaderRead.Complete;
import dev.fairlead.net.proxy.HeaderRead.Malformed;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ensures that headers on which receivers differ are read as the specification says. Provoked with
 * the tables {@code vectors.txt} and {@code malformed.txt}, whole, byte by byte and split into two
 * at each place. A failure would look like a client with a wrong address, or a backend that gets
 * bytes of a header.
 *
 * <p>What a connection does about a FIN within a header (43), about silence (44) and about a stream
 * without header (18, 45) is decided by the listener.
 */
class ProxyVectorsTest {

  /** One line of a table; bytes in the form of {@link WireText}. */
  record Vector(String name, String answer, String headerText, String payloadText) {
    byte[] header() {
      return WireText.bytes(headerText);
    }

    byte[] payload() {
      return WireText.bytes(payloadText);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Vector> vectors() {
    return WireText.lines("vectors.txt").stream()
        .map(line -> line.split("\\|", -1))
        .map(
            cells ->
                new Vector(
                    cells[0].strip() + ": " + cells[1].strip(),
                    cells[2].strip(),
                    cells[3],
                    cells.length > 4 ? cells[4] : ""));
  }

  static Stream<Vector> malformed() {
    return WireText.lines("malformed.txt").stream()
        .map(line -> line.split("\\|", -1))
        .map(cells -> new Vector(cells[0].strip(), "malformed", cells[1], "\"x\""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("vectors")
  void readAsTheSpecificationSays(Vector vector) {
    HeaderRead read = Reading.whole(Tlv.MAX_BYTES, vector.header(), vector.payload());
    assertThat(answer(read)).isEqualTo(expected(vector.answer()));
    if (read instanceof Complete complete) {
      assertThat(complete.bytes()).isEqualTo(vector.header().length);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"vectors", "malformed"})
  void theSameHoweverItArrives(Vector vector) {
    byte[] header = vector.header();
    byte[] payload = vector.payload();
    HeaderRead whole = Reading.whole(4096, header, payload);
    assertThat(Reading.byteByByte(4096, header, payload)).isEqualTo(whole);
    for (int split = 0; split <= Math.min(header.length, 300); split++) {
      assertThat(Reading.inTwo(4096, split, header, payload))
          .as("after %d bytes", split)
          .isEqualTo(whole);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void refusedWithAReason(Vector vector) {
    HeaderRead read = Reading.whole(4096, vector.header(), vector.payload());
    assertThat(read).isInstanceOf(Malformed.class);
    assertThat(((Malformed) read).reason()).matches("[A-Za-z0-9, ]{5,60}");
  }

  /** The answer as the table writes it. */
  private static String answer(HeaderRead read) {
    if (read instanceof Complete complete) {
      ProxyHeader header = complete.header();
      if (header.source() == null || header.destination() == null) {
        assertThat(header.tlvs()).isEmpty();
        return "socket";
      }
      return Stream.concat(
              Stream.of(Reading.text(header.source()), Reading.text(header.destination())),
              header.tlvs().stream().map(Reading::text))
          .collect(Collectors.joining(" "));
    }
    if (read instanceof Malformed) {
      return "malformed";
    }
    return read.equals(HeaderRead.NOT_PROXY) ? "not-proxy" : "incomplete";
  }

  private static String expected(String answer) {
    if (!answer.contains(":")) {
      return answer;
    }
    return Stream.of(answer.split(" ")).map(Reading::canonical).collect(Collectors.joining(" "));
  }
}
