package dev.fairlead.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The classes of the project, nested ones too, and the source files that declare them. */
final class ProjectNames {
  static final Path MAIN = Path.of("src/main/java/dev/fairlead");

  private static final Pattern DECLARED =
      Pattern.compile("\\b(?:class|interface|enum|record) ([A-Z]\\w*)");
  private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/|//[^\\n]*");

  private final Map<String, String> sourceOf = new HashMap<>();

  private ProjectNames() {}

  /** Of {@code roots}; the sources of an earlier one come first. */
  static ProjectNames in(Path... roots) throws IOException {
    ProjectNames names = new ProjectNames();
    for (Path root : roots) {
      for (Path file : sources(root)) {
        String source = Files.readString(file);
        Matcher declared = DECLARED.matcher(COMMENT.matcher(source).replaceAll(""));
        while (declared.find()) {
          names.sourceOf.putIfAbsent(declared.group(1), source);
        }
      }
    }
    return names;
  }

  private static List<Path> sources(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }

  boolean hasClass(String name) {
    return sourceOf.containsKey(name);
  }

  /** Whether the file that declares the class has a method, field or nested class of that name. */
  boolean hasMember(String className, String member) {
    String source = sourceOf.get(className);
    return source != null && Pattern.compile("\\b" + member + "\\b").matcher(source).find();
  }
}
