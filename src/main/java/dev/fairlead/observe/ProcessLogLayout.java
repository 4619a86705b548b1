package dev.fairlead.observe;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * A line of the process log, {@code 2026-11-29T17:11:13.997Z INFO LiveConfig - revision 1 is in
 * force}: local time with its offset, level, class, message; a stack trace follows on lines of its
 * own. It does what the pattern {@code %d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0} -
 * %msg%n} does, without the classes that read patterns. Any thread.
 *
 * <p>A message of syslog has time and severity already: {@link #withoutHeader} begins with the
 * class.
 */
final class ProcessLogLayout extends LayoutBase<ILoggingEvent> {
  private static final int LEVEL_WIDTH = 5;

  private final ZoneId zone;

  ProcessLogLayout(ZoneId zone) {
    this.zone = zone;
  }

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(128);
    appendTime(line, Instant.ofEpochMilli(event.getTimeStamp()));
    String level = event.getLevel().toString();
    line.append(' ').append(level);
    for (int i = level.length(); i < LEVEL_WIDTH; i++) {
      line.append(' ');
    }
    return line.append(' ').append(withoutHeader(event)).toString();
  }

  /** The line without time and level. */
  static String withoutHeader(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(128);
    String logger = event.getLoggerName();
    line.append(logger, logger.lastIndexOf('.') + 1, logger.length())
        .append(" - ")
        .append(event.getFormattedMessage())
        .append(System.lineSeparator());
    IThrowableProxy thrown = event.getThrowableProxy();
    return (thrown == null ? line : line.append(ThrowableProxyUtil.asString(thrown))).toString();
  }

  private void appendTime(StringBuilder line, Instant instant) {
    ZoneOffset offset = zone.getRules().getOffset(instant);
    OffsetDateTime time = instant.atOffset(offset);
    appendNumber(line, time.getYear(), 4).append('-');
    appendNumber(line, time.getMonthValue(), 2).append('-');
    appendNumber(line, time.getDayOfMonth(), 2).append('T');
    appendNumber(line, time.getHour(), 2).append(':');
    appendNumber(line, time.getMinute(), 2).append(':');
    appendNumber(line, time.getSecond(), 2).append('.');
    appendNumber(line, time.getNano() / 1_000_000, 3).append(offset.getId());
  }

  private static StringBuilder appendNumber(StringBuilder line, int number, int digits) {
    String text = Integer.toString(number);
    return line.append("0".repeat(Math.max(0, digits - text.length()))).append(text);
  }
}
