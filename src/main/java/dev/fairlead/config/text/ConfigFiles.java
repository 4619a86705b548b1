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

/** Reads configuration files. Blocking. */
public final class ConfigFiles {
  private ConfigFiles() {}

  /**
   * What a file holds or why it can't be had: exactly one of the two is null.
   *
   * @param problem the file can't be read, or its ending is none of ours
   */
  public record Reading(ConfigText text, Problem problem) {}

  /**
   * The text of a file. Its format follows from its ending; {@code name} is what problems call it.
   * Malformed UTF-8 becomes U+FFFD, which the loader refuses.
   */
  public static Reading read(Path file) {
    String name = file.toString();
    Optional<ConfigFormat> format = ConfigFormat.ofFile(name);
    if (format.isEmpty()) {
      return failed(name, "its format is not known (expected: .yaml, .yml, .json or .toml)");
    }
    try {
      String text = decode(Files.readAllBytes(file));
      Path directory = file.toAbsolutePath().getParent();
      return new Reading(new ConfigText(name, format.get(), text, directory), null);
    } catch (IOException e) {
      return failed(name, "cannot be read: " + reason(file, e));
    }
  }

  /** UTF-8; what is malformed becomes U+FFFD. */
  public static String decode(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
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
