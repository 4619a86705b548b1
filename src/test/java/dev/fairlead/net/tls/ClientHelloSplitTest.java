package dev.fairlead.net.tls;

import static dev.fairlead.net.tls.ClientHelloReader.HelloState.NEEDS_MORE;
import static dev.fairlead.net.tls.ClientHelloReader.HelloState.WITHOUT_NAME;
import static dev.fairlead.net.tls.ClientHelloReader.HelloState.WITH_NAME;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.net.tls.ClientHelloReader.HelloState;
import dev.fairlead.testkit.Allocations;
import dev.fairlead.testkit.HelloBytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ensures that a hello means the same in whatever pieces and records it comes, at a cost that
 * follows its size. Provoked by every split into two, by single bytes, and by records of every
 * size. A failure would look like another answer, or like work that grows with the square.
 */
class ClientHelloSplitTest {
  private static final Map<String, HelloState> EXPECTED =
      Map.of("with a name", WITH_NAME, "without a name", WITHOUT_NAME);

  static Stream<String> kinds() {
    return EXPECTED.keySet().stream().sorted();
  }

  private static HelloBytes hello(String kind) {
    HelloBytes hello = HelloBytes.postQuantum().alpn("h2", "http/1.1").padding(400);
    return kind.equals("with a name") ? hello.serverName("shop.example.com") : hello;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everySplitIntoTwoMeansTheSame(String kind) {
    ClientHello whole = HelloReading.atOnce(hello(kind).bytes()).hello();
    for (int recordSize : new int[] {1, 5, 700, 1 << 14}) {
      byte[] bytes = hello(kind).inRecords(recordSize);
      for (int first = 0; first < bytes.length; first++) {
        ClientHelloReader reader = HelloReading.inTwo(bytes, first);
        assertThat(HelloReading.state(reader))
            .as("split at %s", first)
            .isEqualTo(EXPECTED.get(kind));
        assertThat(reader.hello()).isEqualTo(whole);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everyRecordSizeMeansTheSame(String kind) {
    byte[] message = hello(kind).message();
    ClientHello whole = HelloReading.atOnce(hello(kind).bytes()).hello();
    for (int size = 1; size <= message.length; size++) {
      byte[] bytes = HelloBytes.records(message, size);
      assertThat(HelloReading.atOnce(bytes).hello()).as("records of %s", size).isEqualTo(whole);
      assertThat(HelloReading.byteByByte(bytes).hello()).as("records of %s", size).isEqualTo(whole);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whatIsCutShortNeedsMore(String kind) {
    for (int recordSize : new int[] {1, 3, 700, 1 << 14}) {
      byte[] bytes = hello(kind).inRecords(recordSize);
      for (int length = 0; length < bytes.length; length++) {
        assertThat(HelloReading.state(HelloReading.atOnce(Arrays.copyOf(bytes, length))))
            .as("first %s bytes", length)
            .isEqualTo(NEEDS_MORE);
      }
    }
  }

  @Test
  void singleBytesCostAsMuchAsTheWhole() {
    byte[] bytes = HelloBytes.ofVersion(0x0303).padding(60_000).serverName("a.example").bytes();
    CountingBuffer buffer = new CountingBuffer(bytes.length);
    ClientHelloReader reader = new ClientHelloReader();
    HelloState state = NEEDS_MORE;
    for (byte each : bytes) {
      state = reader.read(buffer.writeByte(each));
    }
    assertThat(state).isEqualTo(WITH_NAME);
    assertThat(buffer.read).isLessThan(2L * bytes.length);
  }

  @Test
  void whatIsAnnouncedTakesNoMemory() {
    byte[] bytes = HelloBytes.ofVersion(0x0303).padding(60_000).inRecords(10_000);
    ByteBuf missesTheLastByte = Unpooled.wrappedBuffer(bytes, 0, bytes.length - 1);
    long allocated = Allocations.ofSecondRun(() -> new ClientHelloReader().read(missesTheLastByte));
    assertThat(allocated).isLessThan(1000);
  }

  /** Counts the bytes that are read from it. */
  private static final class CountingBuffer extends UnpooledHeapByteBuf {
    private long read;

    CountingBuffer(int capacity) {
      super(UnpooledByteBufAllocator.DEFAULT, capacity, capacity);
    }

    @Override
    protected byte _getByte(int index) {
      read++;
      return super._getByte(index);
    }

    @Override
    public byte getByte(int index) {
      read++;
      return super.getByte(index);
    }

    @Override
    protected short _getShort(int index) {
      read += Short.BYTES;
      return super._getShort(index);
    }

    @Override
    public ByteBuf getBytes(int index, byte[] to, int start, int length) {
      read += length;
      return super.getBytes(index, to, start, length);
    }
  }
}
