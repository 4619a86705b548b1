package dev.fairlead.cli.terminal;

import java.io.PrintWriter;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where a command prints to, and in which style. */
public record TextOutput(PrintWriter writer, Style style) {

  public void line(String text) {
    writer.println(text);
  }

  public void table(TextTable table) {
    table.lines(style).forEach(writer::println);
  }

  /** A line of a unified diff. */
  public void diffLine(String line) {
    String text =
        Stream.of(line.split("\t", -1))
            .map(AnswerText::printable)
            .collect(Collectors.joining("\t"));
    if (line.startsWith("+++") || line.startsWith("---")) {
      line(style.painted(Colour.HEADER, text));
    } else if (line.startsWith("@@")) {
      line(style.painted(Colour.PLACE, text));
    } else if (line.startsWith("+")) {
      line(style.painted(Colour.GOOD, text));
    } else if (line.startsWith("-")) {
      line(style.painted(Colour.BAD, text));
    } else {
      line(text);
    }
  }
}
