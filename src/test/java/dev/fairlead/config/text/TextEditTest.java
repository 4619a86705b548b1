package dev.fairlead.config.text;

import static dev.fairlead.config.ConfigFormat.JSON;
import static dev.fairlead.config.ConfigFormat.TOML;
import static dev.fairlead.config.ConfigFormat.YAML;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.BackendConfig.State;
import dev.fairlead.config.BackendSetting;
import dev.fairlead.config.ConfigFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ensures that a backend is set where it stands in the text, as its author would have written it.
 * Provoked by every way to write a map, {@code ~} for a line feed. A failure would look like a lost
 * comment, or a document written anew without need.
 */
class TextEditTest {
  private static final BackendSetting WEIGHT = new BackendSetting("p", "b", 5, null);
  private static final BackendSetting STATE = new BackendSetting("p", "b", null, State.DRAINING);

  private static void assertSet(
      ConfigFormat format, String text, BackendSetting setting, String before, String after) {
    String document = text.replace('~', '\n');
    Document.ChangedDocument changed =
        Document.of(format, document.replace("HERE", before.replace('~', '\n')))
            .with(0, 1, setting);
    assertThat(changed.document().text())
        .isEqualTo(document.replace("HERE", after.replace('~', '\n')));
    assertThat(changed.document().format()).isEqualTo(format);
    assertThat(changed.rewritten()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          { host: a, weight: 0x10 } # one    | { host: a, weight: 5 } # one
          { host: a, port: 1 } # one         | { host: a, port: 1, weight: 5 } # one
          {host: a b, }                      | {host: a b, weight: 5, }
          &a {'host':   a}                   | &a {'host':   a, weight:   5}
          {"host": "a,}",  "port":1 }        | {"host": "a,}",  "port":1,"weight":5 }
          {~  host: a,~  # b~  port: 1~  }   | {~  host: a,~  # b~  weight: 5,~  port: 1~  }
          host: a # one~    # two~    port: 1| host: a # one~    # two~    port: 1~    weight: 5
          host: a # one                      | host: a # one~    weight: 5
          "host": a                          | "host": a~    "weight": 5
          weight: 1 # one~    host: a        | weight: 5 # one~    host: a
          # b~    weight: *w~    host: a     | # b~    weight: 5~    host: a
          weight: ${W:1}                     | weight: 5
          weight:~      1                    | weight:~      5
          {weight: "1", host: a}             | {weight: 5, host: a}
          """)
  void yamlIsSetInPlace(String before, String after) {
    String rest = "~- name: z # last";
    for (String end : new String[] {"", "~", rest, "~~" + rest}) {
      String text = "# x: y~node: { name: &w 1 }~pools: # all~- backends:~  - a: {}~  - HERE";
      assertSet(YAML, text + end, WEIGHT, before, after);
      assertSet(YAML, "\uFEFF" + text + end, WEIGHT, before, after);
      assertSet(YAML, crlf(text + end), WEIGHT, crlf(before), crlf(after));
    }
  }

  private static String crlf(String text) {
    return text.replace("~", "\r~");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"host":"\uD83D\uDE00","weight":1}   | {"host":"\uD83D\uDE00","weight":5}
          {"host":"\uD83D\uDE00","port":1}     | {"host":"\uD83D\uDE00","port":1,"weight":5}
          { "host" : "a, }\\"b" }              | { "host" : "a, }\\"b", "weight" : 5 }
          {~  "host": "a",~  "port": 1~ }      | {~  "host": "a",~  "weight": 5,~  "port": 1~ }
          {~ "weight"~:~1,~"host": "a"}        | {~ "weight"~:~5,~"host": "a"}
          """)
  void jsonIsSetInPlace(String before, String after) {
    String text = "{\"node\": {\"n\": \"x\"}, \"pools\":~[{\"backends\": [{\"a\": {}}, HERE]}]}";
    assertSet(JSON, text, WEIGHT, before, after);
    assertSet(JSON, text.replace("~", ""), WEIGHT, before.replace("~", ""), setInOneLine(after));
  }

  private static String setInOneLine(String after) {
    return after.contains("\"weight\": 5,~")
        ? "{  \"host\": \"a\",  \"port\": 1, \"weight\": 5 }"
        : after.replace("~", "");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          host = "a" # one~port = 1~ | host = "a" # one~port = 1~weight = 5~
          port=1# one                | port=1# one~weight=5
          weight   =    1_0 # one    | weight   =    5 # one
          'weight' = "1" # one       | 'weight' = 5 # one
          "host" = 'a#'~~            | "host" = 'a#'~"weight" = 5~~
          """)
  void tomlTableIsSetInPlace(String before, String after) {
    assertSet(TOML, "[[backends]]~port = 1~[[backends]]~HERE", WEIGHT, before, after);
    String rest = "~~# next~[[pools]]~name = 'x'";
    assertSet(
        TOML, "[[pools]]~[[pools.backends]]~[[pools.backends]]~HERE" + rest, WEIGHT, before, after);
  }

  @Test
  void tomlKeepsItsTabs() {
    String before = "\thost = 'a'~\t\tport = 1";
    assertSet(TOML, "[[backends]]~[[backends]]~HERE", WEIGHT, before, before + "~\t\tweight = 5");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          { host = "\uD83D\uDE00", port = 1 } | { host = "\uD83D\uDE00", port = 1, weight = 5 }
          {host='a, }',weight=1}              | {host='a, }',weight=5}
          """)
  void inlineTableIsSetInPlace(String before, String after) {
    assertSet(TOML, "[[pools]]~backends = [{ host = '\u00e4' }, HERE,]", WEIGHT, before, after);
  }

  @Test
  void textIsQuotedWhereItMustBe() {
    String yaml = "backends: [{ host: x }, HERE]";
    assertSet(YAML, yaml, STATE, "{ host: a }", "{ host: a, state: draining }");
    assertSet(YAML, yaml, STATE, "{ state: \"enabled\" }", "{ state: \"draining\" }");
    assertSet(YAML, yaml, STATE, "{ state: 'enabled' }", "{ state: draining }");
    String toml = "backends = [{ host = 'x' }, HERE]";
    assertSet(TOML, toml, STATE, "{ state = 'x' }", "{ state = \"draining\" }");
    assertSet(
        JSON,
        "{\"backends\": [{}, HERE]}",
        STATE,
        "{\"host\":\"a\"}",
        "{\"host\":\"a\",\"state\":\"draining\"}");
  }

  @Test
  void weightAndStateAreTwoLines() {
    BackendSetting both = new BackendSetting("p", "b", 5, State.DISABLED);
    assertSet(
        YAML,
        "backends:~- host: x~- HERE~",
        both,
        "host: a # one~  state: enabled # two",
        "host: a # one~  state: disabled # two~  weight: 5");
  }
}
