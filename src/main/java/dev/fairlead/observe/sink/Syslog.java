package dev.fairlead.observe.sink;

import dev.fairlead.config.LogDestination;
import dev.fairlead.observe.sink.SyslogHeader.Severity;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A syslog server: RFC 5424 over UDP (RFC 5426) or over TCP with counted octets (RFC 6587, 3.4.1),
 * or the socket of this machine, as of {@link SyslogHeader#local}. It need not be there when this
 * is made. Not encrypted, and nothing confirms a message. One thread, which {@link #write} may
 * block for as long as its patience.
 */
public final class Syslog implements LogTarget {
  private final String name;
  private final SyslogHeader header;
  private final SyslogWire wire;
  private final InstantSource clock;
  private final boolean local;

  Syslog(String name, SyslogHeader header, SyslogWire wire, boolean local, InstantSource clock) {
    this.name = name;
    this.header = header;
    this.wire = wire;
    this.local = local;
    this.clock = clock;
  }

  /**
   * Connects to {@code to} at the first message.
   *
   * @param key of the configuration, for the exception
   * @param patience how long a message waits for a server that is away
   * @throws IOException if this machine cannot do that; names the key
   */
  public static Syslog to(String key, LogDestination to, String msgId, Duration patience)
      throws IOException {
    SyslogHeader header = SyslogHeader.of(msgId);
    SyslogWire wire =
        switch (to.kind()) {
          case SYSLOG_UDP -> new SyslogUdp(to.place(), to.port());
          case SYSLOG_TCP -> new SyslogTcp(to.place(), to.port(), patience);
          case SYSLOG_UNIX -> unix(key, to);
          default -> throw new IllegalArgumentException(to.toString());
        };
    boolean local = to.kind() == LogDestination.TargetKind.SYSLOG_UNIX;
    return new Syslog(to.toString(), header, wire, local, InstantSource.system());
  }

  /** The JDK has no datagrams of Unix sockets. */
  private static SyslogWire unix(String key, LogDestination to) throws IOException {
    if (!Epoll.isAvailable()) {
      throw new IOException(
          key
              + ": "
              + to
              + " (expected: syslog:// or syslog+tcp://, because datagrams of Unix sockets need"
              + " Netty's native library of epoll, which cannot be loaded here)");
    }
    return new SyslogUnix(to.place());
  }

  @Override
  public String name() {
    return name;
  }

  /** Each line is a message of severity info. */
  @Override
  public void write(byte[] lines) throws IOException {
    List<byte[]> messages = new ArrayList<>();
    int begin = 0;
    for (int i = 0; i < lines.length; i++) {
      if (lines[i] == '\n') {
        messages.add(message(Severity.INFO, Arrays.copyOfRange(lines, begin, i)));
        begin = i + 1;
      }
    }
    if (!messages.isEmpty()) {
      wire.send(messages);
    }
  }

  /** One message, which may have several lines. */
  public void send(Severity severity, byte[] text) throws IOException {
    wire.send(List.of(message(severity, text)));
  }

  private byte[] message(Severity severity, byte[] text) {
    return local
        ? header.local(severity, clock.instant(), text)
        : header.rfc5424(severity, clock.instant(), text);
  }

  @Override
  public void close() throws IOException {
    wire.close();
  }
}
