package dev.fairlead.config.bind;

import static dev.fairlead.config.ConfigFormat.JSON;
import static dev.fairlead.config.ConfigFormat.TOML;
import static dev.fairlead.config.ConfigFormat.YAML;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Problem;
import dev.fairlead.config.bind.ConfigLoader.LoadResult;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.config.text.Document;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ensures that reading a text takes work in proportion to its length, whatever is in it. Reads
 * texts that are made to be slow, and the same eight times as long. Quadratic work would show as 64
 * times the memory or CPU time.
 */
class HostileTextTest {
  private static final int LONG = 500_000;
  private static final int TIMES_LONGER = 8;

  private static final int MAX_BYTES_RATIO = 2 * TIMES_LONGER;
  private static final long CONSTANT_BYTES = 20_000_000;

  /** Generous, because compilation makes the first run slower or the second. */
  private static final int MAX_CPU_RATIO = 4 * TIMES_LONGER;

  private static final long CONSTANT_CPU_NANOS = 1_000_000_000;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Loading loading = Loading.plain();

  /** A text of about that many characters. */
  private record Hostile(String name, ConfigFormat format, IntFunction<String> text) {
    @Override
    public String toString() {
      return format + " " + name;
    }
  }

  private record Work(long bytes, long cpuNanos) {}

  private static Hostile yaml(String name, IntFunction<String> text) {
    return new Hostile(name, YAML, text);
  }

  private static Hostile inYaml(String before, String repeated, String after) {
    return yaml(before + repeated + "..." + after, n -> before + fill(repeated, n) + after);
  }

  private static Hostile inJson(String before, String repeated, String after) {
    return new Hostile(
        before + repeated + "..." + after, JSON, n -> before + fill(repeated, n) + after);
  }

  private static Hostile inToml(String before, String repeated, String after) {
    return new Hostile(
        before + repeated + "..." + after, TOML, n -> before + fill(repeated, n) + after);
  }

  /** {@code repeated} as often as fits, each {@code #} in it replaced by a number. */
  private static String fill(String repeated, int chars) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; text.length() < chars; i++) {
      text.append(repeated.contains("#N") ? repeated.replace("#N", String.valueOf(i)) : repeated);
    }
    return text.toString();
  }

  static Stream<Hostile> texts() {
    return Stream.of(longTokens(), manyParts(), longValues(), json(), toml()).flatMap(List::stream);
  }

  private static List<Hostile> longTokens() {
    return List.of(
        inYaml("pools: []\n#", "x", "\n"),
        inYaml("pools: []\n#", "x y ", "\n"),
        inYaml("pools: []\n", "#x\n", ""),
        inYaml("pools: ", "x", "\n"),
        inYaml("pools: ", "x y ", "\n"),
        inYaml("pools:\n", "  x\n\n", "\n"),
        inYaml("pools: \"", "x", "\"\n"),
        inYaml("pools: \"", "\\u0041", "\"\n"),
        inYaml("pools: \"", " x\n", "\"\n"),
        inYaml("pools: \"", "\ud83d\ude00", "\"\n"),
        inYaml("x: \"", "\ud83d\ude00", "\"\n"),
        inYaml("pools: '", "''", "'\n"),
        inYaml("pools: |\n  ", "x", "\n"),
        inYaml("pools: >\n", "  x\n", ""),
        inYaml("pools: |\n", "\n", "  x\n"),
        inYaml("pools: ", " ", "[]\n"),
        inYaml("pools: ", "\n", " []\n"),
        inYaml("pools: []", "\r", ""),
        inYaml("", "x", ": 1\n"),
        inYaml("? ", "x", "\n: 1\n"),
        inYaml("pools: &", "a", " 1\n"),
        inYaml("pools: *", "a", "\n"),
        inYaml("pools: !", "%41", " 1\n"),
        inYaml("%", "F", "\n--- 1\n"),
        inYaml("", "%TAG !a#N! b\n", "--- 1\n"));
  }

  private static List<Hostile> manyParts() {
    return List.of(
        inYaml("pools: [", "1,", "]\n"),
        inYaml("pools: {", "a#N, ", "}\n"),
        inYaml("", "a#N: 1\n", ""),
        inYaml("", "a: 1\n", ""),
        inYaml("pools: [", "a: 1,", "]\n"),
        inYaml("pools: [", "&a#N 1,", "]\n"),
        inYaml("pools: [&a 1,", "*a,", "]\n"),
        inYaml("pools: ", "[", "\n"),
        inYaml("pools: ", "{a: ", "\n"),
        inYaml("", "- ", "\n"),
        inYaml("pools:\n", "  - {name: a#N}\n", ""),
        inYaml("pools:\n", "  - {name: a}\n", ""),
        inYaml("pools: [{name: a, ", "k#N: 1, ", "}]\n"),
        inYaml("pools: [{name: a, backends: [", "{host: a, port: 1},", "]}]\n"),
        inYaml("pools: [{name: a}]\nlisteners:\n", listener("a#N", "0.0.0.0:80", "a"), ""),
        inYaml("pools: [{name: a}]\nlisteners:\n", listener("a#N", "0.0.0.0:0", "b#N"), ""),
        yaml("listeners of pools that are not there", HostileTextTest::strangePools),
        yaml("listeners at addresses of their own", HostileTextTest::addresses));
  }

  private static String listener(String name, String bind, String pool) {
    return "  - { name: " + name + ", bind: '" + bind + "', pool: " + pool + " }\n";
  }

  private static String strangePools(int chars) {
    return "listeners:\n"
        + fill(listener("a#N", "0.0.0.0:0", "bbbbb#N"), chars / 2)
        + "pools:\n"
        + fill("  - { name: ccccc#N }\n", chars / 8);
  }

  private static String addresses(int chars) {
    StringBuilder text = new StringBuilder("pools: [{ name: p }]\nlisteners:\n");
    for (int i = 0; text.length() < chars; i++) {
      String host = "10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255);
      text.append(listener("a" + i, host + ":80", "p"));
    }
    return text.toString();
  }

  private static List<Hostile> longValues() {
    String listener = "pools: [{name: p}]\nlisteners: [{name: a, pool: p, bind: '";
    String pool = "pools: [{name: p, ";
    return List.of(
        inYaml("pools: 1.", "1", "\n"),
        inYaml("pools: 0x", "1", "\n"),
        inYaml("pools: 1e", "9", "\n"),
        inYaml(pool + "timeouts: {idle: ", "1", "s}}]\n"),
        inYaml(pool + "replies: {noBackend: \"", "${A:x} ", "\"}}]\n"),
        inYaml(pool + "replies: {noBackend: \"", "${A:", "\"}}]\n"),
        inYaml(pool + "health: {http: {status: '", "200,", "'}}}]\n"),
        inYaml(pool + "health: {expect: {send: '", "\\x41", "'}}}]\n"),
        inYaml(pool + "health: {expect: [{receivePattern: '", "(", "'}]}}]\n"),
        inYaml(pool + "health: {http: {body: '", "{9}", "'}}}]\n"),
        inYaml(pool + "backends: [{port: 1, host: '", ":", "g'}]}]\n"),
        inYaml(pool + "backends: [{port: 1, host: '", "a.", "'}]}]\n"),
        inYaml(listener + "[", ":", "g]:80'}]\n"),
        inYaml(listener + "unix:", "../", "'}]\n"),
        inYaml(listener + "0.0.0.0:80', allow: ['", ":", "g/8']}]\n"),
        inYaml("node: {stateDir: '", "../", "'}\n"));
  }

  private static List<Hostile> json() {
    return List.of(
        inJson("{\"pools\": \"", "x", "\"}"),
        inJson("{\"pools\": \"", "\\u0041", "\"}"),
        inJson("{\"pools\": 1.", "1", "}"),
        inJson("{\"pools\": ", "x", "}"),
        inJson("{\"", "x", "\": 1}"),
        inJson("{", "\"a#N\": 1,", "\"z\": 1}"),
        inJson("{", "\"a\": 1,", "\"z\": 1}"),
        inJson("{\"pools\": [", "1,", "1]}"),
        inJson("{\"pools\": ", "[", "}"),
        inJson("{\"pools\": ", "\n", "[]}"),
        inJson("{\"pools\": [", "{\"name\": \"a#N\"},", "1]}"));
  }

  private static List<Hostile> toml() {
    return List.of(
        inToml("port = 1\n#", "x", "\n"),
        inToml("", "#x\n", "port = 1\n"),
        inToml("", "\n", "port = 1\n"),
        inToml("port = [\n", " \n#x\n", "1]\n"),
        inToml("host = \"", "\\n", "\"\n"),
        inToml("host = \"\"\"", "x\n", "\"\"\"\n"),
        inToml("port = 1.", "1", "\n"),
        inToml("", "x", " = 1\n"),
        inToml("", "x.", "x = 1\n"),
        inToml("", "a#N = 1\n", ""),
        inToml("", "a = 1\n", ""),
        inToml("", "[[pools]]\nname = 'a#N'\n", ""),
        inToml("", "[[a.b#N.c]]\n", ""),
        inToml("pools = [", "1,", "]\n"),
        inToml("pools = ", "[", "\n"),
        inToml("pools = ", "{a=", "\n"),
        inToml("pools = {", "a#N = 1, ", "z = 1}\n"),
        inToml("", "= \n", "\n"),
        inToml("port = \"", "x", "\n"));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void workGrowsInProportionToTheText(Hostile hostile) {
    Work first = work(hostile, LONG / TIMES_LONGER);
    Work more = work(hostile, LONG);
    assertThat(more.bytes()).isLessThan(MAX_BYTES_RATIO * first.bytes() + CONSTANT_BYTES);
    assertThat(more.cpuNanos()).isLessThan(MAX_CPU_RATIO * first.cpuNanos() + CONSTANT_CPU_NANOS);
  }

  private static Work work(Hostile hostile, int chars) {
    Document document = Document.of(hostile.format(), hostile.text().apply(chars));
    long bytes = THREADS.getCurrentThreadAllocatedBytes();
    long cpu = THREADS.getCurrentThreadCpuTime();
    LoadResult result =
        new ConfigLoader(Map.of(), List.of()).load(new ConfigText("f", document, null));
    document.digest();
    Work work =
        new Work(
            THREADS.getCurrentThreadAllocatedBytes() - bytes,
            THREADS.getCurrentThreadCpuTime() - cpu);
    assertThat(result.problems()).hasSizeLessThanOrEqualTo(101);
    assertThat(result.problems())
        .extracting(Problem::toString)
        .allMatch(line -> line.length() < 1000 && !line.contains("Exception"));
    return work;
  }

  @Test
  void aTextThatIsTooLongIsRefusedAtItsLine() {
    String line = "#" + "x".repeat(1023) + "\n";
    assertThat(loading.problems(YAML, line.repeat(16_384) + "pools: []\n"))
        .containsExactly("f.yaml:16369: too long (expected: at most 16777216 characters)");
    assertThat(loading.problems(TOML, line.repeat(1024) + "port = 1\n"))
        .containsExactly("f.toml:1024: too long (expected: at most 1048576 characters)");
  }

  @Test
  void tooManyValuesAreRefusedAtTheirLine() {
    String expected = "too long (expected: at most 500000 keys and values)";
    assertThat(loading.problems(YAML, "pools: [\n" + "1,\n".repeat(600_000) + "]\n"))
        .containsExactly("f.yaml:499999: " + expected);
    assertThat(loading.problems(JSON, "{\"pools\": [\n" + "1,\n".repeat(600_000) + "1]}\n"))
        .containsExactly("f.json:499999: " + expected);
    assertThat(loading.problems(TOML, "pools = [\n" + "1,".repeat(510_000) + "]\n"))
        .containsExactly("f.toml:2: " + expected);
  }

  @Test
  void tooManyPoolsAreRefused() {
    assertThat(loading.problems("node: {}\npools:\n" + fill("  - { name: a#N }\n", 300_000)))
        .singleElement()
        .asString()
        .matches("f.yaml:3: pools: \\d{5} of them \\(expected: at most 10000\\)");
  }

  @Test
  void theListOfProblemsHasAnEnd() {
    List<String> problems = loading.problems("pools: [" + "1,".repeat(1000) + "]\n");
    assertThat(problems).hasSize(101);
    assertThat(problems.get(99))
        .isEqualTo("f.yaml:1: pools[99]: 1 (expected: a map of keys and values)");
    assertThat(problems.get(100)).isEqualTo("f.yaml: the first 100 problems, there may be more");
  }
}
