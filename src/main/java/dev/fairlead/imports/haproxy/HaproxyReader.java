package dev.fairlead.imports.haproxy;

import dev.fairlead.imports.ImportException;
import dev.fairlead.imports.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits lines of HAProxy into words by its rules of quotes and escapes (section 2.2 of its
 * manual): nothing is special between single quotes, variables and escapes between double ones.
 * Variables become those of Fairlead: <code>${NAME-default}</code> is <code>${NAME:default}</code>.
 */
final class HaproxyReader {
  private static final Pattern VARIABLE =
      Pattern.compile(
          "\\$(?:(?<bare>[A-Za-z_]\\w*)"
              + "|\\{(?<name>[A-Za-z_]\\w*)(?:\\[\\*])?(?:-(?<fallback>[^}]*))?})");
  private static final Pattern HEX = Pattern.compile("[0-9A-Fa-f]{2}");

  private final String file;
  private final Map<String, String> variables;

  /** The line that is read. */
  private int line;

  private String text = "";
  private int at;

  /** {@code variables} are those that the configuration itself sets. */
  HaproxyReader(String file, Map<String, String> variables) {
    this.file = file;
    this.variables = variables;
  }

  /** The lines that are not empty; throws {@link ImportException}. */
  List<Statement> read(String configuration) {
    List<Statement> statements = new ArrayList<>();
    for (String each : configuration.split("\r?\n", -1)) {
      line++;
      text = each;
      List<String> words = words();
      if (!words.isEmpty()) {
        statements.add(new Statement(file, line, each, words, null));
        remember(words);
      }
    }
    return statements;
  }

  private void remember(List<String> words) {
    if (words.size() == 3 && words.get(0).matches("setenv|presetenv")) {
      variables.put(words.get(1), words.get(2));
    }
  }

  private List<String> words() {
    List<String> words = new ArrayList<>();
    at = 0;
    while (true) {
      while (at < text.length() && isSpace(text.charAt(at))) {
        at++;
      }
      if (at == text.length() || text.charAt(at) == '#') {
        return words;
      }
      words.add(word());
    }
  }

  private String word() {
    StringBuilder word = new StringBuilder();
    while (at < text.length() && !isSpace(text.charAt(at)) && text.charAt(at) != '#') {
      char c = text.charAt(at);
      if (c == '\'') {
        word.append(literal(text.substring(at + 1, closing(c))));
        at = closing(c) + 1;
      } else if (c == '"') {
        at++;
        doubleQuoted(word);
      } else {
        one(word, false);
      }
    }
    return word.toString();
  }

  private int closing(char quote) {
    int end = text.indexOf(quote, at + 1);
    if (end < 0) {
      throw new ImportException(file, line, "a quote is open", "a closing " + quote);
    }
    return end;
  }

  private void doubleQuoted(StringBuilder word) {
    while (at < text.length() && text.charAt(at) != '"') {
      Matcher variable = VARIABLE.matcher(text).region(at, text.length());
      if (variable.lookingAt()) {
        word.append(variable(variable));
        at = variable.end();
      } else {
        one(word, true);
      }
    }
    if (at == text.length()) {
      throw new ImportException(file, line, "a quote is open", "a closing \"");
    }
    at++;
  }

  private String variable(Matcher found) {
    String name = found.group("bare") == null ? found.group("name") : found.group("bare");
    String fallback = found.group("fallback");
    String set = variables.get(name);
    return set != null ? set : "${" + name + (fallback == null ? "" : ":" + fallback) + "}";
  }

  /** One character, or one escape. */
  private void one(StringBuilder word, boolean quoted) {
    char c = text.charAt(at++);
    if (c == '$' && text.startsWith("{", at)) {
      word.append("$${");
      at++;
      return;
    }
    if (c != '\\' || at == text.length()) {
      word.append(c);
      return;
    }
    char escaped = text.charAt(at++);
    switch (escaped) {
      case 'r' -> word.append('\r');
      case 'n' -> word.append('\n');
      case 't' -> word.append('\t');
      case 'x' -> word.append(hex());
      case ' ', '#', '\\', '"', '\'' -> word.append(escaped);
      default -> word.append(quoted && escaped == '$' ? "" : "\\").append(escaped);
    }
  }

  private char hex() {
    String digits = text.substring(at, Math.min(at + 2, text.length()));
    if (!HEX.matcher(digits).matches()) {
      throw new ImportException(file, line, "\\x" + digits, "two hex digits after \\x");
    }
    at += 2;
    return (char) Integer.parseInt(digits, 16);
  }

  /** What Fairlead would read as a variable is escaped. */
  private static String literal(String text) {
    return text.replace("${", "$${");
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t';
  }
}
