package dev.fairlead.config.text;

import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A document and where it came from.
 *
 * @param name the document's name in problems, usually the file's name as the user gave it
 * @param directory relative paths in the document are relative to it; null = the working directory
 */
public record ConfigText(String name, Document document, @Nullable Path directory) {

  public ConfigText(String name, ConfigFormat format, String text, @Nullable Path directory) {
    this(name, Document.of(format, text), directory);
  }

  public ConfigFormat format() {
    return document.format();
  }

  public String text() {
    return document.text();
  }

  /**
   * Reads a file. The ending of its name decides the format. Malformed UTF-8 becomes U+FFFD, which
   * {@link Document} reports with its line. Blocking.
   *
   * @throws IOException whose message is one line for the user: {@code FILE: cannot be read: ...}
   */
  public static ConfigText read(Path file) throws IOException {
    Optional<ConfigFormat> format = ConfigFormat.ofFile(file.toString());
    if (format.isEmpty()) {
      throw new IOException(
          file + ": its format is not known (expected: .yaml, .yml, .json or .toml)");
    }
    try {
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      Path directory = file.toAbsolutePath().getParent();
      return new ConfigText(file.toString(), format.get(), text, directory);
    } catch (IOException e) {
      throw new IOException(file + ": cannot be read: " + Problem.reason(file, e), e);
    }
  }
}
