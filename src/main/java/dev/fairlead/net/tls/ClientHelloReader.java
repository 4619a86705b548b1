package dev.fairlead.net.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds the ClientHello at the start of a connection, whatever the pieces in which it arrives and
 * the records into which it is split (RFC 8446, sections 4.1.2 and 5.1). It consumes nothing: the
 * bytes stay in the buffer as they came, for the backend or the TLS engine.
 *
 * <p>What is not a hello is never taken for a hello without a name: a route for clients without a
 * name is often the one that asks for the least. So each length has to fit exactly, and a doubt is
 * {@link HelloState#NOT_A_HELLO}. That state comes with the first byte that proves it; HTTP and
 * SSLv2 fail at their first one.
 *
 * <p>Between calls it keeps a few numbers. It copies the message only when all of it has arrived in
 * more than one record; an announced length allocates nothing. The work of all calls together is in
 * proportion to the bytes, even if they arrive one by one.
 *
 * <p>One for each connection, on its event loop.
 */
public final class ClientHelloReader {
  private static final int RECORD_HEADER_BYTES = 5;

  /**
   * Of the handshake message with its header. Hellos with post-quantum keys have 2 KB, those with
   * large session tickets some more.
   */
  public static final int MAX_HELLO_BYTES = 64 * 1024;

  /**
   * Bounds the headers of records at 20 KiB. Clients use one record, or two or three to confuse
   * censors.
   */
  static final int MAX_RECORDS = 4096;

  /** The most bytes of a connection that ever have to be kept until the answer is known. */
  public static final int MAX_BYTES = MAX_HELLO_BYTES + MAX_RECORDS * RECORD_HEADER_BYTES;

  private static final int MAX_RECORD_BYTES = 1 << 14;
  private static final int HANDSHAKE = 22;
  private static final int MAJOR = 3;
  private static final int MESSAGE_HEADER_BYTES = 4;
  private static final int CLIENT_HELLO = 1;

  private HelloState state = HelloState.NEEDS_MORE;

  /** Bytes that were looked at, from the reader index. */
  private int at;

  private int records;
  private int recordLeft;

  /** Of the message, with its header. */
  private int messageBytes;

  /** The first four bytes of the message, as far as they have arrived. */
  private int messageHeader;

  /** Known once the header has arrived. */
  private int messageLength = Integer.MAX_VALUE;

  private @Nullable ClientHello hello;
  private @Nullable String fault;

  /** The four answers; all but the first are final. */
  public enum HelloState {
    /** So far it is the start of a hello. */
    NEEDS_MORE,
    /** A hello with the name of a server. */
    WITH_NAME,
    /** A hello that is right in every respect and names no server. */
    WITHOUT_NAME,
    /** Anything else. It must take no route, not even that of clients without a name. */
    NOT_A_HELLO
  }

  /**
   * Continues where the last call ended.
   *
   * @param bytes from its reader index on, all that arrived since the start of the connection; what
   *     was there at the last call must still be there
   */
  public HelloState read(ByteBuf bytes) {
    boolean moved = true;
    while (moved && state == HelloState.NEEDS_MORE) {
      moved = recordLeft == 0 ? readRecordHeader(bytes) : readFragment(bytes);
    }
    return state;
  }

  /** Throws NullPointerException unless there is a hello, with or without a name. */
  public ClientHello hello() {
    return Objects.requireNonNull(hello, "no hello");
  }

  /**
   * Why it is not a hello, for logs; empty in the other states. Never contains text that was sent.
   */
  public String fault() {
    return fault == null ? "" : fault;
  }

  /** Whether it got further. */
  private boolean readRecordHeader(ByteBuf bytes) {
    int start = bytes.readerIndex() + at;
    int arrived = bytes.writerIndex() - start;
    if (arrived >= 1 && bytes.getUnsignedByte(start) != HANDSHAKE) {
      return fail("a record of type " + bytes.getUnsignedByte(start));
    }
    if (arrived >= 2 && bytes.getUnsignedByte(start + 1) != MAJOR) {
      return fail("a record of another protocol");
    }
    if (arrived < RECORD_HEADER_BYTES) {
      return false;
    }
    int length = bytes.getUnsignedShort(start + RECORD_HEADER_BYTES - 2);
    if (length == 0 || length > MAX_RECORD_BYTES) {
      return fail("a record of " + length + " bytes");
    }
    records++;
    if (records > MAX_RECORDS) {
      return fail("more than " + MAX_RECORDS + " records");
    }
    at += RECORD_HEADER_BYTES;
    recordLeft = length;
    return fitsMessage();
  }

  private boolean readFragment(ByteBuf bytes) {
    int start = bytes.readerIndex() + at;
    int arrived = Math.min(recordLeft, bytes.writerIndex() - start);
    if (arrived <= 0) {
      return false;
    }
    if (messageBytes < MESSAGE_HEADER_BYTES) {
      take(1);
      return readMessageHeader(bytes.getUnsignedByte(start));
    }
    take(arrived);
    if (messageBytes == messageLength) {
      readMessage(bytes);
    }
    return true;
  }

  private void take(int bytes) {
    at += bytes;
    recordLeft -= bytes;
    messageBytes += bytes;
  }

  private boolean readMessageHeader(int next) {
    messageHeader = messageHeader << Byte.SIZE | next;
    if (messageBytes == 1 && messageHeader != CLIENT_HELLO) {
      return fail("a handshake message of type " + messageHeader);
    }
    if (messageBytes == 2 && next != 0) {
      return fail("a message of more than " + MAX_HELLO_BYTES + " bytes");
    }
    if (messageBytes == MESSAGE_HEADER_BYTES) {
      messageLength = MESSAGE_HEADER_BYTES + (messageHeader & 0xffff);
      if (messageLength > MAX_HELLO_BYTES) {
        return fail("a message of more than " + MAX_HELLO_BYTES + " bytes");
      }
      if (messageLength == MESSAGE_HEADER_BYTES) {
        return fail("an empty message");
      }
    }
    return fitsMessage();
  }

  /**
   * A client sends nothing before the server's answer, except under other keys and therefore in
   * other records.
   */
  private boolean fitsMessage() {
    return recordLeft <= messageLength - messageBytes || fail("bytes after the hello");
  }

  private void readMessage(ByteBuf bytes) {
    int length = messageLength - MESSAGE_HEADER_BYTES;
    HelloMessage message;
    if (records == 1) {
      message = new HelloMessage(bytes, bytes.readerIndex() + at - length, length);
    } else {
      ByteBuf copy = Unpooled.wrappedBuffer(joined(bytes));
      message = new HelloMessage(copy, MESSAGE_HEADER_BYTES, length);
    }
    if (message.fault() != null) {
      fail(message.fault());
      return;
    }
    hello = message.hello();
    state = hello.serverName() == null ? HelloState.WITHOUT_NAME : HelloState.WITH_NAME;
  }

  /** The message without the headers of its records, which were all checked. */
  private byte[] joined(ByteBuf bytes) {
    byte[] message = new byte[messageLength];
    int from = bytes.readerIndex();
    for (int done = 0; done < messageLength; ) {
      int length = bytes.getUnsignedShort(from + RECORD_HEADER_BYTES - 2);
      bytes.getBytes(from + RECORD_HEADER_BYTES, message, done, length);
      done += length;
      from += RECORD_HEADER_BYTES + length;
    }
    return message;
  }

  private boolean fail(String what) {
    fault = what;
    state = HelloState.NOT_A_HELLO;
    return false;
  }
}
