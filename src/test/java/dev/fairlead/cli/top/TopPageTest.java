package dev.fairlead.cli.top;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Ensures that the screen shows the cluster, follows the keys and never changes a backend unasked.
 * Provoked with events as {@code /api/v1/live} sends them and keys without a terminal. A failure
 * would look like a wrong row that is drained, or a line that does not fit.
 */
class TopPageTest {
  private static final String FULL =
      """
      {"full": true,
       "member": {"id": "i1", "name": "m1"}, "revision": {"revision": 7, "author": "ann"},
       "problems": [],
       "members": [
         {"id": "i2", "name": "m2", "ready": false, "draining": true, "revision": 7,
          "sessions": 4, "loopLagMillis": 2, "connectionsPerSecond": 0.0, "version": "0.1.0"},
         {"id": "i1", "name": "m1", "ready": true, "draining": false, "revision": 7,
          "sessions": 17774, "loopLagMillis": 0, "connectionsPerSecond": 39.8, "version": "0.1.0"}],
       "listeners": [
         {"name": "web", "address": "0.0.0.0:8080", "pool": "web", "state": "enabled",
          "active": 17778, "connectionsPerSecond": 39.8, "bytesInPerSecond": 1258291.2,
          "bytesOutPerSecond": 14784921.6}],
       "pools": [
         {"name": "web", "backends": [
           {"id": "10.0.0.1:9001", "weight": 1, "state": "enabled", "healthy": true,
            "ejected": false, "clusterActive": 17000, "limit": 20000, "connectsPerSecond": 39.8,
            "failuresPerSecond": 0.0, "connectMillis": {"p50": 1, "p99": 7}},
           {"id": "10.0.0.2:9001", "weight": 1, "state": "enabled", "healthy": false,
            "ejected": false, "clusterActive": 778, "limit": null, "connectsPerSecond": 0.0,
            "failuresPerSecond": 2.5, "connectMillis": null}]},
         {"name": "api\\u001b[2J", "backends": [
           {"id": "10.0.0.3:9001", "weight": 3, "state": "draining", "healthy": null,
            "ejected": false, "clusterActive": 0}]}]}
      """;

  private final LiveState live = new LiveState();
  private final TopState state = new TopState();

  private TopPageTest() {
    live.cluster(new JsonObject(FULL));
  }

  private List<String> page(int height) {
    return new TopPage(live.view(), state, false).lines(height, "14:03:11", "");
  }

  private void press(TopAction... actions) {
    for (TopAction action : actions) {
      assertThat(state.on(action, "", live.view())).isNull();
    }
  }

  private void type(String text) {
    text.chars().forEach(c -> state.on(TopAction.TYPED, Character.toString(c), live.view()));
  }

  @Test
  void everythingIsShownWithUnits() {
    live.sample(new JsonObject("{\"total\": {\"errors\": 2.5}}"));
    assertThat(page(18))
        .containsExactly(
            "fairlead top   m1 of 2   revision 7, by ann   14:03:11",
            "sessions 17.8k   new 39.8/s   in 1.2 MiB/s   out 14.1 MiB/s   errors 2.5/s",
            "",
            "MEMBER   STATE      SESSIONS   NEW/S      LAG   REVISION   VERSION",
            "m1       ready         17.8k    39.8   0.0 ms          7   0.1.0",
            "m2       draining          4     0.0   2.0 ms          7   0.1.0",
            "",
            "LISTENER   STATE     ADDRESS        POOL   SESSIONS   NEW/S          IN          OUT",
            "web        enabled   0.0.0.0:8080   web       17.8k    39.8   1.2 MiB/s   14.1 MiB/s",
            "",
            "  POOL      BACKEND         STATE      WEIGHT   SESSIONS   LIMIT   NEW/S   FAILED/S "
                + "     P50      P99",
            "> api?[2J   10.0.0.3:9001   draining        3          0       -       -          -"
                + "        -        -",
            "  web       10.0.0.1:9001   enabled         1      17.0k   20.0k    39.8        0.0"
                + "   1.0 ms   7.0 ms",
            "  web       10.0.0.2:9001   down            1        778       -     0.0        2.5"
                + "        -        -",
            "",
            "",
            "",
            "q quit  h help  s sort  r reverse  f filter  d drain  e enable  Up/Down select   by"
                + " POOL up");
  }

  @Test
  void changesAreMerged() {
    live.cluster(
        new JsonObject(
            """
            {"members": [{"id": "i2", "gone": true}],
             "pools": [{"name": "web", "backends": [{"id": "10.0.0.9:1", "state": "enabled"}]}]}
            """));
    String shown = String.join("\n", page(20));
    assertThat(shown).contains("m1 of 1", "10.0.0.9:1", "10.0.0.3:9001");
    assertThat(shown).doesNotContain("10.0.0.1:9001", "m2");
  }

  @Test
  void aBackendIsDrainedOnlyAfterYes() {
    press(TopAction.DOWN, TopAction.DRAIN);
    assertThat(page(20).get(19))
        .isEqualTo("drain web/10.0.0.1:9001 for the whole cluster? y = yes, any other key = no");
    assertThat(state.on(TopAction.ENTER, "\r", live.view())).isNull();
    assertThat(page(20).get(19)).isEqualTo("nothing was changed");
    press(TopAction.DRAIN);
    assertThat(state.on(TopAction.TYPED, "y", live.view()))
        .isEqualTo(new TopState.StateChange("web", "10.0.0.1:9001", "draining"));
    assertThat(state.on(TopAction.TYPED, "y", live.view())).isNull();
  }

  @Test
  void theSelectedBackendStaysSelectedInAnotherOrder() {
    press(TopAction.LAST);
    for (int i = 0; i < 4; i++) {
      press(TopAction.NEXT_COLUMN);
    }
    assertThat(page(20)).anyMatch(line -> line.startsWith("> web       10.0.0.2:9001"));
    assertThat(page(20).get(19)).endsWith("by SESSIONS up");
    press(TopAction.REVERSE);
    assertThat(state.rows(live.view()).get(0).id()).isEqualTo("10.0.0.1:9001");
    assertThat(page(20)).anyMatch(line -> line.startsWith("> web       10.0.0.2:9001"));
  }

  @Test
  void theFilterKeepsPoolsByName() {
    press(TopAction.FILTER);
    type("WEx");
    press(TopAction.ERASE);
    assertThat(page(20).get(19)).startsWith("pools with: WE_");
    press(TopAction.ENTER);
    assertThat(state.rows(live.view())).hasSize(2);
    press(TopAction.FILTER);
    type("nothing");
    assertThat(page(20)).hasSize(20);
    press(TopAction.CANCEL);
    assertThat(state.rows(live.view())).hasSize(3);
  }

  @Test
  void aLowScreenKeepsTheSelectedBackend() {
    press(TopAction.LAST);
    for (int height = 1; height < 20; height++) {
      assertThat(page(height)).as("height %d", height).hasSize(height);
    }
    assertThat(page(8)).anyMatch(line -> line.startsWith("> web       10.0.0.2:9001"));
  }

  @Test
  void helpIsShownUntilTheNextKey() {
    press(TopAction.HELP);
    assertThat(String.join("\n", page(24))).contains("drain the selected backend");
    press(TopAction.QUIT);
    assertThat(state.hasQuit()).isFalse();
    press(TopAction.QUIT);
    assertThat(state.hasQuit()).isTrue();
  }

  @Test
  void troubleAndProblemsAreInWords() {
    live.cluster(new JsonObject("{\"problems\": [{\"path\": \"a\", \"message\": \"b\"}]}"));
    assertThat(page(10).get(2)).isEqualTo("problem: a: b");
    assertThat(new TopPage(live.view(), state, true).lines(10, "", "no answer").get(2))
        .isEqualTo("\u001b[31mno answer\u001b[0m");
  }
}
