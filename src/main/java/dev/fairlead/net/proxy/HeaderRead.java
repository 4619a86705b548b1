package dev.fairlead.net.proxy;

/** What a {@link ProxyHeaderReader} knows of the bytes that have arrived. Immutable. */
public sealed interface HeaderRead {
  /** The one instance, so that bytes that arrive one by one allocate nothing. */
  HeaderRead INCOMPLETE = new Incomplete();

  /** The same for {@link NotProxy}. */
  HeaderRead NOT_PROXY = new NotProxy();

  /** All bytes so far are the beginning of a header; more are needed. */
  record Incomplete() implements HeaderRead {}

  /**
   * A valid header.
   *
   * @param bytes its length; what follows it in the buffer is payload
   */
  record Complete(ProxyHeader header, int bytes) implements HeaderRead {}

  /** The stream does not begin as headers begin: it has none. */
  record NotProxy() implements HeaderRead {}

  /**
   * The stream begins as a header begins, but is none.
   *
   * @param reason for a log line, without any byte of the sender
   */
  record Malformed(String reason) implements HeaderRead {}
}
