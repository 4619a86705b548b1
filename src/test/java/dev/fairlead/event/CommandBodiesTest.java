package dev.fairlead.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandBodiesTest {
  private static final Map<String, UnaryOperator<JsonObject>> BODIES =
      Map.of(
          "push", CommandBodies::push,
          "get", CommandBodies::get,
          "history", CommandBodies::history,
          "rollback", CommandBodies::rollback,
          "set", CommandBodies::set,
          "shutdown", CommandBodies::shutdown);

  /** Written with single quotes. */
  private static JsonObject json(String text) {
    return new JsonObject(text.replace('\'', '"'));
  }

  private static JsonObject read(String command, String body) {
    return BODIES.get(command).apply(json(body));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "push|{'config': 'pools: []', 'format': 'yaml', 'author': 'ann'}",
        "push|{'config': {'pools': []}, 'format': 'json', 'expect': 3, 'dryRun': true,"
            + " 'author': 'ann'}",
        "get|{}",
        "get|{'revision': 3}",
        "history|{}",
        "rollback|{'revision': 3, 'author': 'ann'}",
        "rollback|{'revision': 3, 'author': 'ann', 'expect': 4, 'note': 'why'}",
        "set|{'pool': 'web', 'backend': '10.0.0.1:9001', 'weight': 0, 'author': 'ann'}",
        "set|{'pool': 'web', 'backend': 'unix:/a', 'weight': 1000, 'state': 'draining',"
            + " 'author': 'ann', 'expect': 4, 'note': 'why'}",
        "shutdown|{'member': '*', 'grace': '30s'}",
        "shutdown|{'member': 'm1'}",
        "shutdown|{'member': 'm1', 'grace': null}"
      })
  void whatIsCompleteIsLeftAsItIs(String command, String body) {
    assertThat(read(command, body)).isEqualTo(json(body));
  }

  @Test
  void anObjectIsJsonAndTheAuthorIsTheBus() {
    assertThat(read("push", "{'config': {'pools': []}}"))
        .isEqualTo(json("{'config': {'pools': []}, 'format': 'json', 'author': 'bus'}"));
    assertThat(read("rollback", "{'revision': 3}"))
        .isEqualTo(json("{'revision': 3, 'author': 'bus'}"));
    assertThat(read("set", "{'pool': 'web', 'backend': 'a:1', 'weight': 0}"))
        .isEqualTo(json("{'pool': 'web', 'backend': 'a:1', 'weight': 0, 'author': 'bus'}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "push|{'format': 'yaml'}|config: missing",
        "push|{'config': 7}|config: 7 (expected: a configuration, as an object or a text)",
        "push|{'config': 'pools: []'}|format: missing (expected: one of yaml, json, toml)",
        "push|{'config': '', 'format': 'xml'}|format: \"xml\" (expected: one of yaml, json, toml)",
        "push|{'config': {}, 'format': 'yaml'}|format: \"yaml\" (expected: json, as config",
        "push|{'config': {}, 'expect': '3'}|expect: \"3\" (expected: a whole number, 0 or more)",
        "push|{'config': {}, 'expect': 1.5}|expect: 1.5",
        "push|{'config': {}, 'dryRun': 1}|dryRun: 1 (expected: true or false)",
        "push|{'config': {}, 'author': ''}|author: \"\" (expected: a text of 1 to",
        "push|{'config': {}, 'dryrun': true}|dryrun: unknown key (expected: one of config, format",
        "get|{'revision': 0}|revision: 0",
        "history|{'revision': 1}|revision: unknown key (expected: none)",
        "rollback|{}|revision: missing",
        "set|{'pool': 'web', 'weight': 1}|backend: missing",
        "set|{'pool': 'web', 'backend': 'b', 'weight': 1001}|weight: 1001 (expected: 0 to 1000)",
        "set|{'pool': 'web', 'backend': 'b', 'state': 'up'}|state: \"up\" (expected: one of"
            + " enabled,",
        "set|{'pool': 'web', 'backend': 'b'}|: nothing to set",
        "shutdown|{'grace': '1s'}|member: missing",
        "shutdown|{'member': '*', 'grace': 30}|grace: 30 (expected: a duration such as",
        "shutdown|{'member': '*', 'grace': '30'}|grace: \"30\" (expected: a duration such as"
      })
  void aWrongUnknownOrMissingKeyIsNamed(String command, String body, String problem) {
    assertThatThrownBy(() -> read(command, body))
        .isInstanceOfSatisfying(
            CommandException.class,
            e -> {
              assertThat(e.code()).isEqualTo(CommandException.PROBLEMS);
              assertThat(e.problems())
                  .extracting(each -> each.path() + ": " + each.message())
                  .anySatisfy(each -> assertThat(each).startsWith(problem));
            });
  }

  @Test
  void allProblemsAreNamedAtOnce() {
    assertThatThrownBy(() -> read("set", "{'pool': 1, 'weigth': 1, 'weight': -1}"))
        .isInstanceOfSatisfying(
            CommandException.class,
            e ->
                assertThat(e.problems())
                    .extracting(CommandProblem::path)
                    .containsExactlyInAnyOrder("weigth", "pool", "backend", "weight"));
  }

  @Test
  void aLongValueIsCut() {
    assertThatThrownBy(() -> read("get", "{'revision': '" + "x".repeat(1000) + "'}"))
        .isInstanceOfSatisfying(
            CommandException.class,
            e -> assertThat(e.problems().get(0).message()).hasSizeLessThan(200));
  }

  static Stream<Object> bodiesOfOneCommand() {
    JsonObject command = new JsonObject().put("revision", 3);
    return Stream.of(command, command.encode(), Buffer.buffer(command.encode()));
  }

  @ParameterizedTest
  @MethodSource("bodiesOfOneCommand")
  void anObjectATextAndABufferAreTheSame(Object body) {
    assertThat(CommandBodies.object(body)).isEqualTo(new JsonObject().put("revision", 3));
  }

  @Test
  void noBodyIsAnEmptyOne() {
    assertThat(CommandBodies.object(null)).isEqualTo(new JsonObject());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "7", "\"{}\"", "{} {}", "revision: 3"})
  void anythingElseIsRefused(String body) {
    assertThatThrownBy(() -> CommandBodies.object(body))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("expected: a JSON object");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'member': '*'}                   | shutdown of all members, grace as configured",
        "{'member': 'm2', 'grace': '30s'}  | shutdown of member m2, grace 30s",
        "{'member': 'a\\nb', 'grace': 3}    | shutdown of member a\\nb, grace 3",
        "{}                                | shutdown of member null, grace as configured"
      })
  void aShutdownIsLoggedInWords(String body, String text) {
    assertThat(CommandBodies.shutdownText(new JsonObject(body.replace('\'', '"')))).isEqualTo(text);
  }
}
