package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A configuration of docs/backends.md, as it stands there but for addresses and ports, which are
 * those of a test.
 */
record Recipe(String text) {
  private static final Path PAGE = Path.of("docs/backends.md");
  private static final Pattern BIND = Pattern.compile("bind: \"[^\"]*\"");

  /** The first configuration below {@code heading}. */
  static Recipe below(String heading) throws IOException {
    Pattern block =
        Pattern.compile(
            "^#### " + Pattern.quote(heading) + "\\n.*?^```yaml\\n(.*?)^```",
            Pattern.MULTILINE | Pattern.DOTALL);
    Matcher found = block.matcher(Files.readString(PAGE));
    assertThat(found.find()).as(heading).isTrue();
    return new Recipe(BIND.matcher(found.group(1)).replaceAll("bind: \"127.0.0.1:0\""));
  }

  /** With another address in place of 10.0.0.{@code number}. */
  Recipe backend(int number, String host, int port) {
    Pattern written = Pattern.compile("host: 10\\.0\\.0\\." + number + ", port: \\d+");
    Matcher found = written.matcher(text);
    assertThat(found.find()).as(written.pattern()).isTrue();
    return new Recipe(found.replaceAll("host: " + host + ", port: " + port));
  }

  Recipe backend(int number, int port) {
    return backend(number, "127.0.0.1", port);
  }

  /** With another text in place of one that is in it once. */
  Recipe with(String written, String other) {
    assertThat(text.split(Pattern.quote(written), -1)).hasSize(2);
    return new Recipe(text.replace(written, other));
  }
}
