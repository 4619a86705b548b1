package dev.fairlead.net.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.net.tls.ClientHelloReader.HelloState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Gives bytes to a new reader in pieces. */
final class HelloReading {
  private HelloReading() {}

  static ClientHelloReader atOnce(byte[] bytes) {
    ClientHelloReader reader = new ClientHelloReader();
    reader.read(Unpooled.wrappedBuffer(bytes));
    return reader;
  }

  static ClientHelloReader inTwo(byte[] bytes, int first) {
    ClientHelloReader reader = new ClientHelloReader();
    reader.read(Unpooled.wrappedBuffer(bytes, 0, first));
    reader.read(Unpooled.wrappedBuffer(bytes));
    return reader;
  }

  /** Behind other bytes that were read already. Consumes nothing. */
  static ClientHelloReader byteByByte(byte[] bytes) {
    ClientHelloReader reader = new ClientHelloReader();
    ByteBuf buffer = Unpooled.buffer().writeLong(-1).skipBytes(Long.BYTES);
    for (byte each : bytes) {
      reader.read(buffer.writeByte(each));
    }
    assertThat(buffer.readerIndex()).isEqualTo(Long.BYTES);
    return reader;
  }

  static HelloState state(ClientHelloReader reader) {
    return reader.read(Unpooled.EMPTY_BUFFER);
  }
}
