package dev.fairlead.net.tls;

import static dev.fairlead.net.tls.ClientHelloReader.HelloState.WITHOUT_NAME;
import static dev.fairlead.net.tls.ClientHelloReader.HelloState.WITH_NAME;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.net.tls.ClientHelloReader.HelloState;
import dev.fairlead.testkit.HelloBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Ensures that no bytes make the reader throw, invent a name or lose one. Provoked by random bytes,
 * and by hellos with some bytes changed, removed or doubled. A failure would look like an
 * exception, a name that was never sent, or a hello whose name is hidden from the routes.
 */
class ClientHelloPropertiesTest {
  private static final byte[] NAMED =
      HelloBytes.ofVersion(0x0303)
          .versions(0x0304)
          .serverName("shop.example.com")
          .alpn("h2", "http/1.1")
          .bytes();

  /** Of the list of extensions; a hello without them ends there. */
  private static final int EXTENSIONS_AT = HelloBytes.ofVersion(0x0303).bytes().length;

  /** Before the name stand its length, its type, and the lengths of the list and the extension. */
  private static final int TYPE_AT =
      new String(NAMED, ISO_8859_1).indexOf("shop.example.com") - 2 - 1 - 2 - 2 - 2;

  @Property(tries = 2000)
  void anyBytesHaveAnAnswer(@ForAll @Size(max = 100) byte[] bytes) {
    assertSameInPieces(bytes);
  }

  @Property(tries = 20_000)
  void aChangedHelloHasNoNameThatIsNotInIt(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int changes) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Byte> bytes = new ArrayList<>();
    for (byte each : NAMED) {
      bytes.add(each);
    }
    for (int i = 0; i < changes; i++) {
      change(bytes, random);
    }
    byte[] changed = new byte[bytes.size()];
    for (int i = 0; i < changed.length; i++) {
      changed[i] = bytes.get(i);
    }
    ClientHelloReader reader = assertSameInPieces(changed);
    if (HelloReading.state(reader) == WITH_NAME) {
      assertThat(new String(changed, ISO_8859_1).toLowerCase(Locale.ROOT))
          .contains(reader.hello().serverName());
    }
  }

  private static void change(List<Byte> bytes, SplittableRandom random) {
    int at = random.nextInt(bytes.size());
    switch (random.nextInt(4)) {
      case 0 -> bytes.remove(at);
      case 1 -> bytes.add(at, bytes.get(at));
      case 2 -> bytes.set(at, (byte) (bytes.get(at) + random.nextInt(-2, 3)));
      default -> bytes.set(at, (byte) random.nextInt(256));
    }
  }

  private static ClientHelloReader assertSameInPieces(byte[] bytes) {
    ClientHelloReader whole = HelloReading.atOnce(bytes);
    ClientHelloReader pieces = HelloReading.byteByByte(bytes);
    HelloState state = HelloReading.state(whole);
    assertThat(HelloReading.state(pieces)).isEqualTo(state);
    assertThat(pieces.fault()).isEqualTo(whole.fault());
    if (state == WITH_NAME || state == WITHOUT_NAME) {
      assertThat(pieces.hello()).isEqualTo(whole.hello());
    }
    return whole;
  }

  /**
   * Which makes it another extension. Bytes before the extensions are not changed here: a longer
   * list of cipher suites may swallow all extensions, and what results is a hello, for a server
   * too.
   */
  @Example
  void oneChangedByteHidesTheNameOnlyInTheTypeOfItsExtension() {
    for (int at = EXTENSIONS_AT; at < NAMED.length; at++) {
      for (int value = 0; value < 256; value++) {
        byte[] changed = NAMED.clone();
        changed[at] = (byte) value;
        boolean hidden = HelloReading.state(HelloReading.atOnce(changed)) == WITHOUT_NAME;
        assertThat(hidden && at != TYPE_AT && at != TYPE_AT + 1)
            .as("%s at %s", value, at)
            .isFalse();
      }
    }
  }
}
