package dev.fairlead;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree.Kind;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Ensures that the code stays readable in portions: sizes of packages, files, methods and parameter
 * lists, one meaning for each class name, and that every test runs. Provoked by parsing every
 * source file of {@code src/main/java} and reading those of the tests. A failure lists the places
 * that outgrew a limit.
 */
final class HouseTest {
  private static final Path SOURCES = Path.of("src/main/java");
  private static final Path TESTS = Path.of("src/test/java");
  private static final int MAX_FILES_IN_PACKAGE = 30;
  private static final int MAX_FILE_LINES = 350;
  private static final int MAX_METHOD_LINES = 40;
  private static final int MAX_CONSTRUCTOR_PARAMETERS = 6;

  /** Tests of an interface are those of the classes that implement it. */
  private static final Pattern IS_TEST =
      Pattern.compile(
          "\\A(?!.*^(public )?interface ).*^ +@(Test|Property|ParameterizedTest|EveryTransport)\\b",
          Pattern.MULTILINE | Pattern.DOTALL);

  private static final Map<Path, Integer> FILE_LINES = new TreeMap<>();
  private static final Map<String, Integer> METHOD_LINES = new TreeMap<>();
  private static final Map<String, Integer> CONSTRUCTOR_PARAMETERS = new TreeMap<>();

  /** Simple class name -> where it is declared. */
  private static final Map<String, List<String>> NAMES = new TreeMap<>();

  @BeforeAll
  static void parseAll() throws IOException {
    List<Path> files = javaFiles(SOURCES);
    for (Path file : files) {
      FILE_LINES.put(file, Files.readAllLines(file, UTF_8).size());
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, UTF_8)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, manager, null, null, null, manager.getJavaFileObjectsFromPaths(files));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        new Measure(unit, positions).scan(unit, null);
      }
    }
  }

  @Test
  void packagesHaveAtMostThirtyFiles() {
    Map<Path, Integer> sizes = new TreeMap<>();
    FILE_LINES.keySet().stream()
        .filter(file -> !file.endsWith("package-info.java"))
        .forEach(file -> sizes.merge(file.getParent(), 1, Integer::sum));
    assertThat(above(MAX_FILES_IN_PACKAGE, sizes)).isEmpty();
  }

  @Test
  void filesHaveAtMost350Lines() {
    assertThat(above(MAX_FILE_LINES, FILE_LINES)).isEmpty();
  }

  @Test
  void methodsHaveAtMost40Lines() {
    assertThat(METHOD_LINES).hasSizeGreaterThan(1_000);
    assertThat(above(MAX_METHOD_LINES, METHOD_LINES)).isEmpty();
  }

  @Test
  void constructorsHaveAtMostSixParameters() {
    assertThat(above(MAX_CONSTRUCTOR_PARAMETERS, CONSTRUCTOR_PARAMETERS)).isEmpty();
  }

  @Test
  void eachClassNameStandsForOneThing() {
    Map<String, List<String>> twice = new TreeMap<>(NAMES);
    twice.values().removeIf(places -> places.size() == 1);
    assertThat(twice).isEmpty();
  }

  @Test
  void everyTestHasANameThatTheBuildRuns() throws IOException {
    Pattern included = Pattern.compile("<include>\\*\\*/(\\*\\w+\\.java)</include>");
    List<String> names = new ArrayList<>(List.of("*IT.java"));
    included
        .matcher(Files.readString(Path.of("pom.xml")))
        .results()
        .forEach(name -> names.add(name.group(1)));
    PathMatcher run =
        FileSystems.getDefault().getPathMatcher("glob:{" + String.join(",", names) + "}");
    for (Path file : javaFiles(TESTS)) {
      if (IS_TEST.matcher(Files.readString(file)).find()) {
        assertThat(file).matches(test -> run.matches(test.getFileName()), "is one of " + names);
      }
    }
  }

  private static List<Path> javaFiles(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }

  private static <K> Map<K, Integer> above(int limit, Map<K, Integer> sizes) {
    Map<K, Integer> above = new TreeMap<>(sizes);
    above.values().removeIf(size -> size <= limit);
    return above;
  }

  /** Notes the sizes and names that one source file declares. */
  private static final class Measure extends TreeScanner<Void, Void> {
    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final Deque<ClassTree> classes = new ArrayDeque<>();

    Measure(CompilationUnitTree unit, SourcePositions positions) {
      this.unit = unit;
      this.positions = positions;
    }

    @Override
    public Void visitClass(ClassTree type, Void none) {
      if (!type.getSimpleName().isEmpty()) {
        NAMES
            .computeIfAbsent(type.getSimpleName().toString(), any -> new ArrayList<>())
            .add(unit.getSourceFile().getName());
      }
      classes.push(type);
      super.visitClass(type, null);
      classes.pop();
      return null;
    }

    @Override
    public Void visitMethod(MethodTree method, Void none) {
      String place =
          unit.getSourceFile().getName() + ":" + lineAt(positions.getStartPosition(unit, method));
      if (method.getBody() != null) {
        METHOD_LINES.merge(place + " " + method.getName(), lines(method), Math::max);
      }
      if (method.getReturnType() == null && classes.element().getKind() != Kind.RECORD) {
        CONSTRUCTOR_PARAMETERS.merge(place, method.getParameters().size(), Math::max);
      }
      return super.visitMethod(method, null);
    }

    private int lines(MethodTree method) {
      return (int) (lineAt(positions.getEndPosition(unit, method)) - firstLine(method) + 1);
    }

    /** Without its comment and annotations. */
    private long firstLine(MethodTree method) {
      return lineAt(positions.getStartPosition(unit, method.getBody()));
    }

    private long lineAt(long position) {
      return unit.getLineMap().getLineNumber(position);
    }
  }
}
