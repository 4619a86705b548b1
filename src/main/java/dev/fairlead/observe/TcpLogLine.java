package dev.fairlead.observe;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fairlead.session.CloseReason;
import dev.fairlead.session.Phase;
import dev.fairlead.session.SessionRecord;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Formats access log lines as HAProxy's {@code option tcplog} does, field for field (configuration
 * manual of HAProxy 3.0, section 8.2.2), so that {@code halog} and others read them:
 *
 * <pre>
 * 10.0.1.2:33313 [06/Feb/2009:12:12:51.443] fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0
 * client:port    [accept date]              listener pool/backend
 *                       wait/connect/total ms, bytes to the client, termination state,
 *                       live sessions of member/listener/pool/backend/retries, queues
 * </pre>
 *
 * <p>What Fairlead does not know apart: the wait in a queue is part of the time to connect, unless
 * the session ended there, and the positions in the queues are 0. One thread.
 */
final class TcpLogLine {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss.SSS", Locale.ENGLISH);
  private static final String NO_SERVER = "<NOSRV>";
  private static final char LAST_PRINTABLE = '~';

  private final LiveCounts counts;
  private final Function<Instant, String> prefix;
  private final ZoneId zone;

  /**
   * @param prefix what stands before a line of that time
   * @param zone of the accept dates
   */
  TcpLogLine(LiveCounts counts, Function<Instant, String> prefix, ZoneId zone) {
    this.counts = counts;
    this.prefix = prefix;
    this.zone = zone;
  }

  /** The lines of {@code records}, each with a line feed. */
  byte[] render(List<SessionRecord> records) {
    LiveCounts.Moment live = counts.moment();
    StringBuilder lines = new StringBuilder();
    for (SessionRecord record : records) {
      append(lines, record, live);
    }
    return lines.toString().getBytes(UTF_8);
  }

  private void append(StringBuilder lines, SessionRecord record, LiveCounts.Moment live) {
    Instant accepted = record.time().minusMillis(record.durationMs());
    lines
        .append(prefix.apply(record.time()))
        .append(client(record.source()))
        .append(" [")
        .append(DATE.format(accepted.atZone(zone)))
        .append("] ")
        .append(plain(record.listener()))
        .append(record.tls() == null ? " " : "~ ")
        .append(plain(record.pool() == null ? record.listener() : record.pool()))
        .append('/')
        .append(record.backend() == null ? NO_SERVER : plain(record.backend()))
        .append(' ')
        .append(waitMs(record))
        .append('/')
        .append(record.connectMs())
        .append('/')
        .append(record.durationMs())
        .append(' ')
        .append(record.bytesToClient())
        .append(' ')
        .append(termination(record.reason(), record.phase()));
    appendCounts(lines, record, live);
    lines.append(" 0/0\n");
  }

  private static void appendCounts(
      StringBuilder lines, SessionRecord record, LiveCounts.Moment live) {
    int retries = Math.max(0, record.attempts() - 1);
    lines
        .append(' ')
        .append(live.sessions())
        .append('/')
        .append(live.listener(record.listener()))
        .append('/')
        .append(live.pool(record.pool()))
        .append('/')
        .append(live.backend(record.pool(), record.backend()))
        .append(retries == 0 ? "/" : "/+") // Each retry is at another backend.
        .append(retries);
  }

  private static String client(@Nullable SocketAddress source) {
    return source instanceof InetSocketAddress inet
        ? NetUtil.toAddressString(inet.getAddress()) + ":" + inet.getPort()
        : "unix:1";
  }

  private static long waitMs(SessionRecord record) {
    return switch (record.phase()) {
      case ACCEPT, HEADER, HELLO, HANDSHAKE -> -1;
      case QUEUE -> record.durationMs();
      case CONNECT, RELAY -> 0;
    };
  }

  /** The two characters of HAProxy: what ended the session, and its state then. */
  static String termination(@Nullable CloseReason reason, Phase phase) {
    boolean isWhole = reason == CloseReason.CLIENT_CLOSED || reason == CloseReason.BACKEND_CLOSED;
    return reason == null || (isWhole && phase == Phase.RELAY)
        ? "--"
        : String.valueOf(new char[] {cause(reason), state(reason, phase)});
  }

  private static char cause(CloseReason reason) {
    return switch (reason) {
      case CLIENT_CLOSED, CLIENT_RESET -> 'C';
      case BACKEND_CLOSED, BACKEND_RESET, NO_BACKEND, CONNECT_REFUSED, CONNECT_FAILED -> 'S';
      case IDLE_TIMEOUT -> 'c';
      case CLOSE_TIMEOUT, CONNECT_TIMEOUT, QUEUE_TIMEOUT -> 's';
      case MAX_DURATION, NO_ROUTE, QUEUE_FULL, LIMIT_CONNECTIONS, LIMIT_SOURCE, LIMIT_RATE -> 'P';
      case DENIED, PROXY_HEADER, TLS_HANDSHAKE, HELLO, REJECT -> 'P';
      case BACKEND_DOWN -> 'D';
      case BACKEND_REMOVED, REBALANCE, ADMIN, DRAIN -> 'K';
      case INTERNAL -> 'I';
    };
  }

  private static char state(CloseReason reason, Phase phase) {
    return switch (reason) {
      case QUEUE_FULL, QUEUE_TIMEOUT -> 'Q';
      case NO_BACKEND, CONNECT_REFUSED, CONNECT_TIMEOUT, CONNECT_FAILED -> 'C';
      default ->
          switch (phase) {
            case ACCEPT, HEADER, HELLO, HANDSHAKE -> 'R';
            case QUEUE -> 'Q';
            case CONNECT -> 'C';
            case RELAY -> 'D';
          };
    };
  }

  /** Without what separates fields: those bytes are {@code #} and two digits, as HAProxy's are. */
  private static String plain(String name) {
    if (name.chars().allMatch(each -> each > ' ' && each <= LAST_PRINTABLE)) {
      return name;
    }
    StringBuilder text = new StringBuilder();
    for (byte each : name.getBytes(UTF_8)) {
      if (each > ' ' && each <= LAST_PRINTABLE) {
        text.append((char) each);
      } else {
        text.append('#').append(HexFormat.of().withUpperCase().toHexDigits(each));
      }
    }
    return text.toString();
  }
}
