package dev.fairlead.config.text;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A document and where it came from.
 *
 * @param name the document's name in problems, usually the file's name as the user gave it
 * @param directory relative paths in the document are relative to it; null = the working directory
 */
public record ConfigText(String name, Document document, Path directory) {

  public ConfigText(String name, ConfigFormat format, String text, Path directory) {
    this(name, Document.of(format, text), directory);
  }

  /**
   * A file's content, or why it could not be read: exactly one of the two is null.
   *
   * @param problem the file can't be read, or the ending of its name is no known format
   */
  public record Reading(ConfigText text, Problem problem) {}

  public ConfigFormat format() {
    return document.format();
  }

  public String text() {
    return document.text();
  }

  /**
   * Reads a file. The ending of its name decides the format. Malformed UTF-8 becomes U+FFFD, which
   * {@link Document} reports with its line. Blocking.
   */
  public static Reading read(Path file) {
    String name = file.toString();
    Optional<ConfigFormat> format = ConfigFormat.ofFile(name);
    if (format.isEmpty()) {
      return failed(name, "its format is not known (expected: .yaml, .yml, .json or .toml)");
    }
    try {
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      Path directory = file.toAbsolutePath().getParent();
      return new Reading(new ConfigText(name, format.get(), text, directory), null);
    } catch (IOException e) {
      return failed(name, "cannot be read: " + reason(file, e));
    }
  }

  private static String reason(Path file, IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    return Files.isDirectory(file) ? "it is a directory" : Problem.oneLine(e.getMessage());
  }

  private static Reading failed(String name, String message) {
    return new Reading(null, new Problem(name, 0, "", message));
  }
}
