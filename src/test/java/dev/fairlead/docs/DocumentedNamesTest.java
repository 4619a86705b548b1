package dev.fairlead.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ensures that every file, class and method that the documentation names exists, and that its links
 * lead somewhere. Provoked by reading each page's {@code `code`} and links outside of fenced
 * blocks. A failure lists the names to correct. What counts as a name:
 *
 * <ul>
 *   <li>{@code package/Class}, {@code Class}, {@code Class.member}, and {@code `Class` (`member`)};
 *       names of other projects are listed in {@link #FOREIGN}
 *   <li>{@code directory/}, and {@code directory/file.ext}, below the repository, the page, the
 *       package {@code dev.fairlead} or {@code src/main/resources/}; not below {@code target/}
 * </ul>
 */
class DocumentedNamesTest {
  /** Names of Kubernetes, systemd, HTTP, the JDK, Netty, Vert.x and Hazelcast. */
  private static final Set<String> FOREIGN =
      Set.of(
          "Allow",
          "Buffer",
          "ChannelInputShutdownEvent",
          "ConfigUtil",
          "ContainerCreating",
          "ContextInternal",
          "Duration",
          "EventBusOptions",
          "Future",
          "Host",
          "IdleStateHandler",
          "JsonObject",
          "LimitNOFILE",
          "List",
          "MemoryDenyWriteExecute",
          "NetClient",
          "NetServer",
          "NetSocket",
          "NullMarked",
          "Nullable",
          "Optional",
          "Origin",
          "Pending",
          "RateLimitBurst",
          "ReplyException",
          "String",
          "TcpIpJoiner",
          "TimeoutStopSec");

  /** Directories of the tarball, of other machines and of programs. */
  private static final Set<String> NOT_HERE =
      Set.of("target", "lib", "systemd", "completion", "licenses");

  private static final Pattern FENCED = Pattern.compile("(?ms)^\\s*```.*?^\\s*```");
  private static final Pattern CODE = Pattern.compile("`([^`\\n]+)`");
  private static final Pattern CLASS =
      Pattern.compile("((?:[a-z]+/)*)([A-Z][a-z]\\w*)(?:\\.(\\w+))?(?:\\(.*\\))?");
  private static final Pattern WITH_MEMBERS =
      Pattern.compile("`(?:[a-z]+/)*([A-Z][a-z]\\w*)`\\s+\\((`[a-z]\\w*`(?:,\\s+`[a-z]\\w*`)*)\\)");
  private static final Pattern WORD = Pattern.compile("\\w+");
  private static final Pattern DIRECTORY = Pattern.compile("[A-Za-z.][\\w.-]*(/[\\w.-]+)*/");
  private static final Pattern FILE =
      Pattern.compile(
          "([A-Za-z.][\\w.-]*/)+[\\w.-]+\\.(java|md|yaml|yml|json|toml|sh|py|c|cfg|conf|h)");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.+)$");

  private static ProjectNames names;

  @BeforeAll
  static void readTheSources() throws IOException {
    names = ProjectNames.in(Path.of("src/main/java"), Path.of("src/test/java"), Path.of("bench"));
  }

  static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.list(Path.of("docs"))) {
      return Stream.concat(
              Stream.of("README.md", "CONTRIBUTING.md", "bench/README.md").map(Path::of),
              docs.filter(page -> page.toString().endsWith(".md")).sorted())
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyFileClassAndMethodExists(Path page) throws IOException {
    String text = FENCED.matcher(Files.readString(page)).replaceAll("");
    List<String> missing = new ArrayList<>();
    Matcher code = CODE.matcher(text);
    while (code.find()) {
      if (!exists(code.group(1), page)) {
        missing.add(code.group(1));
      }
    }
    Matcher members = WITH_MEMBERS.matcher(text);
    while (members.find()) {
      WORD.matcher(members.group(2))
          .results()
          .map(MatchResult::group)
          .filter(member -> !isClass(members.group(1), member))
          .forEach(member -> missing.add(members.group(1) + "." + member));
    }
    assertThat(missing).as("names in " + page + " without a file, class or method").isEmpty();
  }

  private static boolean exists(String name, Path page) {
    if (DIRECTORY.matcher(name).matches() || FILE.matcher(name).matches()) {
      return NOT_HERE.contains(name.substring(0, name.indexOf('/'))) || isPath(name, page);
    }
    Matcher named = CLASS.matcher(name);
    if (!named.matches()) {
      return true;
    }
    Path file = ProjectNames.MAIN.resolve(named.group(1) + named.group(2) + ".java");
    return isClass(named.group(2), named.group(3))
        && (named.group(1).isEmpty() || Files.exists(file));
  }

  private static boolean isClass(String name, String member) {
    return FOREIGN.contains(name)
        || (member == null ? names.hasClass(name) : names.hasMember(name, member));
  }

  private static boolean isPath(String name, Path page) {
    Path directory = Optional.ofNullable(page.getParent()).orElse(Path.of(""));
    return Stream.of(
            "",
            directory.toString(),
            "src/main/resources",
            "src/main/java/dev/fairlead",
            "src/test/java/dev/fairlead")
        .anyMatch(root -> Files.exists(Path.of(root, name)));
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyLinkLeadsSomewhere(Path page) throws IOException {
    Matcher link = LINK.matcher(FENCED.matcher(Files.readString(page)).replaceAll(""));
    List<String> broken = new ArrayList<>();
    while (link.find()) {
      if (!link.group(1).contains("://") && !leadsSomewhere(link.group(1), page)) {
        broken.add(link.group(1));
      }
    }
    assertThat(broken).as("links of " + page).isEmpty();
  }

  private static boolean leadsSomewhere(String link, Path page) throws IOException {
    int hash = link.indexOf('#');
    String file = hash < 0 ? link : link.substring(0, hash);
    Path target = file.isEmpty() ? page : page.resolveSibling(file);
    if (!Files.exists(target)) {
      return false;
    }
    return hash < 0 || anchors(target).contains(link.substring(hash + 1));
  }

  /** As GitHub makes them of headings: lower case, spaces to hyphens, no other punctuation. */
  private static Set<String> anchors(Path page) throws IOException {
    return HEADING
        .matcher(FENCED.matcher(Files.readString(page)).replaceAll(""))
        .results()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }
}
