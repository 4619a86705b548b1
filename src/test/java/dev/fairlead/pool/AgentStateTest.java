package dev.fairlead.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentStateTest {
  private static AgentState told(String... lines) {
    AgentState state = AgentState.NONE;
    for (String line : lines) {
      state = state.told(line);
    }
    return state;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | 100% ready up",
        "75% | 75% ready up",
        "0% | 0% ready up",
        "9999% | 1000% ready up",
        "drain | 100% drain up",
        "MAINT,50%\tmaxconn:30 | 50% maxconn:30 maint up",
        "down | 100% ready down",
        "failed # disk full | 100% ready failed # disk full",
        "fail # disk full   | 100% ready fail # disk full",
        "stopped #a # b | 100% ready stopped # a   b",
        "up # fine | 100% ready up",
        "-5% 5%% maxconn: maxconn:x sleepy 12345% | 100% ready up",
        "maxconn:99999999999 | 100% ready up"
      })
  void aLineSaysWhatItNames(String line, String state) {
    assertThat(told(line).text()).isEqualTo(state);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "50% drain | up | 50% drain up",
        "50% drain down | ready | 50% ready down",
        "50% drain down | ready up 100% | 100% ready up",
        "maxconn:30 | maxconn:0 | 100% ready up",
        "maint | drain | 100% drain up"
      })
  void whatALineDoesNotNameStays(String first, String second, String state) {
    assertThat(told(first, second).text()).isEqualTo(state);
  }

  @Property
  void theTextOfAStateTellsTheState(@ForAll("lines") List<String> lines) {
    AgentState state = told(lines.toArray(new String[0]));
    assertThat(told(state.text())).isEqualTo(state);
    assertThat(state.text()).doesNotContainPattern("\\p{Cntrl}");
  }

  @Property
  void noLineThrows(@ForAll String line) {
    assertThat(told(told(line).text())).isEqualTo(told(line));
  }

  @Provide
  Arbitrary<List<String>> lines() {
    return Arbitraries.of(
            "50%",
            "0%",
            "100%",
            "maxconn:7",
            "maxconn:0",
            "up",
            "ready",
            "drain",
            "maint",
            "failed",
            "down # full\u0000\n disk",
            "stopped#",
            "up,ready",
            "\t",
            "#drain")
        .list()
        .ofMaxSize(8);
  }
}
