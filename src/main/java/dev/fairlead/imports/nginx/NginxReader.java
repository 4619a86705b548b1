package dev.fairlead.imports.nginx;

import dev.fairlead.config.Problem;
import dev.fairlead.imports.ImportException;
import dev.fairlead.imports.Statement;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parses the syntax of nginx: words, quotes, comments, blocks. {@code include} is replaced by the
 * directives of its files, relative to the directory of the first file, as nginx does.
 */
final class NginxReader {
  private static final int MOST_INCLUDES = 20;

  private final Path directory;
  private final String file;
  private final String text;
  private final int depth;
  private int at;
  private int line = 1;

  private NginxReader(Path directory, String file, String text, int depth) {
    this.directory = directory;
    this.file = file;
    this.text = text;
    this.depth = depth;
  }

  /** All directives; throws {@link ImportException}. */
  static List<Statement> read(Path directory, String file, String text) {
    return new NginxReader(directory, file, text, 0).statements(null);
  }

  /** Up to the end of the file, or the closing brace of the block that {@code open} begins. */
  private List<Statement> statements(@Nullable ImportException open) {
    List<Statement> all = new ArrayList<>();
    while (true) {
      skipSpace();
      if (at == text.length()) {
        if (open != null) {
          throw open;
        }
        return all;
      }
      if (text.charAt(at) == '}') {
        if (open == null) {
          throw refused("}", "a directive: no block is open");
        }
        at++;
        return all;
      }
      all.addAll(statement());
    }
  }

  private List<Statement> statement() {
    int first = line;
    int from = at;
    List<String> words = new ArrayList<>();
    while (true) {
      skipSpace();
      if (at == text.length()) {
        throw new ImportException(file, first, shown(from, at), "; or { at its end");
      }
      char c = text.charAt(at);
      if (c == ';' || c == '{') {
        break;
      }
      if (c == '}') {
        throw new ImportException(file, first, shown(from, at), "; at its end");
      }
      words.add(word());
    }
    if (words.isEmpty()) {
      throw refused(text.substring(at, at + 1), "the name of a directive");
    }
    String shown = shown(from, at);
    boolean block = text.charAt(at++) == '{';
    if (words.get(0).equals("include") && words.size() == 2 && !block) {
      return included(words.get(1), first);
    }
    List<Statement> inside =
        block ? statements(new ImportException(file, first, shown + " {", "a closing }")) : null;
    Statement one = new Statement(file, first, shown, words, inside);
    return List.of(depth == 0 ? one : one.included());
  }

  private String shown(int from, int to) {
    return text.substring(from, to).replaceAll("#[^\n]*", "").strip();
  }

  private void skipSpace() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '#') {
        while (at < text.length() && text.charAt(at) != '\n') {
          at++;
        }
      } else if (Character.isWhitespace(c)) {
        line += c == '\n' ? 1 : 0;
        at++;
      } else {
        return;
      }
    }
  }

  private String word() {
    char quote = text.charAt(at);
    StringBuilder word = new StringBuilder();
    if (quote == '"' || quote == '\'') {
      int first = line;
      at++;
      while (at < text.length() && text.charAt(at) != quote) {
        one(word);
      }
      if (at == text.length()) {
        throw new ImportException(file, first, "a quote is open", "a closing " + quote);
      }
      at++;
      return word.toString();
    }
    while (at < text.length() && !isEnd()) {
      one(word);
    }
    return word.toString();
  }

  private boolean isEnd() {
    char c = text.charAt(at);
    boolean variable = c == '{' && at > 0 && text.charAt(at - 1) == '$';
    if (variable) {
      return false;
    }
    return Character.isWhitespace(c) || c == ';' || c == '{';
  }

  private void one(StringBuilder word) {
    char c = text.charAt(at++);
    line += c == '\n' ? 1 : 0;
    if (c == '\\' && at < text.length()) {
      char escaped = text.charAt(at++);
      line += escaped == '\n' ? 1 : 0;
      if ("\"'\\ ;{}".indexOf(escaped) < 0) {
        word.append(c);
      }
      word.append(escaped);
    } else {
      word.append(c);
    }
  }

  private List<Statement> included(String pattern, int first) {
    if (depth == MOST_INCLUDES) {
      throw new ImportException(file, first, "include " + pattern, "no more than 20 levels of it");
    }
    List<Statement> all = new ArrayList<>();
    Path path = directory.resolve(pattern);
    try {
      for (Path each : files(path)) {
        String name = each.toString();
        all.addAll(
            new NginxReader(directory, name, Files.readString(each), depth + 1).statements(null));
      }
    } catch (IOException e) {
      throw new ImportException(file, first, "include " + pattern, Problem.readable(path, e));
    }
    return all;
  }

  /** As nginx: a pattern may match nothing, a name may not. */
  private static List<Path> files(Path path) throws IOException {
    String name = String.valueOf(path.getFileName());
    if (!name.matches(".*[*?\\[].*")) {
      return List.of(path);
    }
    Path parent = path.toAbsolutePath().getParent();
    List<Path> all = new ArrayList<>();
    if (parent != null && Files.isDirectory(parent)) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(parent, name)) {
        found.forEach(all::add);
      }
    }
    all.sort(null);
    return all;
  }

  private ImportException refused(String problem, String expected) {
    return new ImportException(file, line, "'" + problem + "'", expected);
  }
}
