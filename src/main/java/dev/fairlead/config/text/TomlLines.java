package dev.fairlead.config.text;

import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * A TOML text without its blank lines and lines of comment, and where its lines were. The parser
 * needs quadratic time for such lines in a row: 3 s for 3,000 of them. Lines inside a string stay.
 * Immutable.
 */
final class TomlLines {
  private static final Pattern LINE_IN_MESSAGE = Pattern.compile("(?<=\\bline )\\d{1,9}\\b");
  private static final String MULTI_LINE_BASIC = "\"\"\"";
  private static final String MULTI_LINE_LITERAL = "'''";

  private final String text;

  /** Of the lines that are left in the original, from 1. */
  private final int[] numbers;

  private TomlLines(String text, int[] numbers) {
    this.text = text;
    this.numbers = numbers;
  }

  static TomlLines of(String text) {
    StringBuilder kept = new StringBuilder();
    int[] numbers = new int[1 + (int) text.chars().filter(c -> c == '\n').count()];
    int count = 0;
    int number = 0;
    String open = "";
    for (int at = 0, end; at < text.length(); at = end) {
      end = text.indexOf('\n', at) + 1;
      end = end == 0 ? text.length() : end;
      number++;
      if (!open.isEmpty() || !isBlankOrComment(text, at, end)) {
        open = openAfter(text, at, end, open);
        kept.append(text, at, end);
        numbers[count++] = number;
      }
    }
    return new TomlLines(kept.toString(), Arrays.copyOf(numbers, count));
  }

  /** A control character in a comment is left for the parser to refuse. */
  private static boolean isBlankOrComment(String text, int from, int to) {
    boolean comment = false;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      boolean lineEnd = c == '\n' || (c == '\r' && i + 1 < to && text.charAt(i + 1) == '\n');
      comment |= c == '#';
      boolean blank = c == ' ' || c == '\t' || lineEnd;
      if (!blank && (!comment || Character.isISOControl(c))) {
        return false;
      }
    }
    return true;
  }

  /** The quotes of the string that is open after a line, which begins inside {@code open}. */
  private static String openAfter(String text, int from, int to, String open) {
    String quotes = open;
    int i = from;
    while (i < to) {
      char c = text.charAt(i);
      if (quotes.isEmpty() && c == '#') {
        return "";
      } else if (quotes.isEmpty() && (c == '"' || c == '\'')) {
        String three = c == '"' ? MULTI_LINE_BASIC : MULTI_LINE_LITERAL;
        quotes = text.startsWith(three, i) ? three : three.substring(2);
        i += quotes.length();
      } else if (c == '\\' && quotes.startsWith("\"")) {
        i += 2;
      } else if (!quotes.isEmpty() && text.startsWith(quotes, i)) {
        i = afterQuotes(text, i, quotes);
        quotes = "";
      } else {
        i++;
      }
    }
    return quotes.length() == 3 ? quotes : "";
  }

  /** Up to two quotes before the three that end a string belong to it. */
  private static int afterQuotes(String text, int at, String quotes) {
    int end = at + quotes.length();
    int most = quotes.length() == 3 ? end + 2 : end;
    while (end < Math.min(most, text.length()) && text.charAt(end) == quotes.charAt(0)) {
      end++;
    }
    return end;
  }

  /** The lines that are left. */
  String text() {
    return text;
  }

  /** The line of the original; an unexpected end may be on the line after the last. */
  int original(int line) {
    int last = numbers.length;
    if (line <= 0 || last == 0) {
      return line;
    }
    return line <= last ? numbers[line - 1] : numbers[last - 1] + line - last;
  }

  /** A message of the parser with the lines of the original. */
  String original(String message) {
    return LINE_IN_MESSAGE
        .matcher(message)
        .replaceAll(number -> String.valueOf(original(Integer.parseInt(number.group()))));
  }
}
