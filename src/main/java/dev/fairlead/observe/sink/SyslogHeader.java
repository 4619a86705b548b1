package dev.fairlead.observe.sink;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * What stands before a message of syslog: facility local0, application {@code fairlead}. Immutable.
 *
 * @param host the name of this machine
 * @param pid of this process
 * @param msgId the kind of messages: {@code access}
 */
public record SyslogHeader(String host, long pid, String msgId) {
  private static final String APPLICATION = "fairlead";
  private static final int LOCAL0 = 16;
  private static final int SEVERITIES = 8;
  private static final DateTimeFormatter RFC_5424 =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter RFC_3164 =
      DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ENGLISH);

  /** The severities of RFC 5424 that are used. */
  public enum Severity {
    ERROR(3),
    WARNING(4),
    INFO(6),
    DEBUG(7);

    private final int number;

    Severity(int number) {
      this.number = number;
    }
  }

  /** Of this process. Blocks: it may ask the system's resolver. */
  public static SyslogHeader of(String msgId) {
    return new SyslogHeader(hostName(), ProcessHandle.current().pid(), msgId);
  }

  private static String hostName() {
    try {
      String name = InetAddress.getLocalHost().getHostName();
      return name.matches("[!-~]{1,255}") ? name : "-";
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /** A message of RFC 5424: {@code <134>1 TIME HOST fairlead PID access - TEXT}. */
  byte[] rfc5424(Severity severity, Instant time, byte[] text) {
    return joined(
        priority(severity)
            + "1 "
            + RFC_5424.format(time)
            + " "
            + host
            + " "
            + APPLICATION
            + " "
            + pid
            + " "
            + msgId
            + " - ",
        text);
  }

  /**
   * A message as syslog(3) sends it to the socket of its own machine, {@code <134>Feb 6 12:12:56
   * fairlead[14387]: TEXT}: journald, and rsyslog as it is set up, read nothing else there.
   */
  byte[] local(Severity severity, Instant time, byte[] text) {
    return joined(priority(severity) + date(time) + " " + tag(), text);
  }

  /** What a syslog server writes before a message: {@code Feb 6 12:12:56 host fairlead[1]: }. */
  public String ofFile(Instant time) {
    return date(time) + " " + host + " " + tag();
  }

  private String tag() {
    return APPLICATION + "[" + pid + "]: ";
  }

  private static String date(Instant time) {
    return RFC_3164.format(time.atZone(ZoneId.systemDefault()));
  }

  private static String priority(Severity severity) {
    return "<" + (LOCAL0 * SEVERITIES + severity.number) + ">";
  }

  private static byte[] joined(String head, byte[] text) {
    ByteArrayOutputStream all = new ByteArrayOutputStream(head.length() + text.length);
    all.writeBytes(head.getBytes(US_ASCII));
    all.writeBytes(text);
    return all.toByteArray();
  }
}
