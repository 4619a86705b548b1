package dev.fairlead.cli.completion;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The shells that there is a script for; its fixed parts are in {@code completion/}. */
enum Shell {
  BASH("fairlead.bash"),
  ZSH("_fairlead"),
  FISH("fairlead.fish");

  private static final String ENTRIES = "@ENTRIES@";

  private final String fileName;

  Shell(String fileName) {
    this.fileName = fileName;
  }

  /** As the shell's users call a file with its script. */
  String fileName() {
    return fileName;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  String script(CompletionSpec spec) {
    String entries =
        spec.entries().entrySet().stream().map(this::entry).collect(Collectors.joining("\n"));
    if (this == FISH) {
      return resource("fish").replace(ENTRIES, entries);
    }
    return resource(label())
        .replace("@COMMON@", resource("common.sh").strip())
        .replace(ENTRIES, entries);
  }

  /** No key and no value has a quote in it: they are names of options, columns and commands. */
  private String entry(Map.Entry<String, String> entry) {
    String key = entry.getKey();
    return this == FISH
        ? "        case '"
            + key.replace("*", "\\*")
            + "'\n            echo '"
            + entry.getValue()
            + "'"
        : "    '" + key + "') REPLY='" + entry.getValue() + "' ;;";
  }

  private static String resource(String name) {
    try (InputStream in = Shell.class.getResourceAsStream("/completion/" + name)) {
      if (in == null) {
        throw new IllegalStateException("no resource completion/" + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
