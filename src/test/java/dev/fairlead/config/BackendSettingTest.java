package dev.fairlead.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BackendSettingTest {
  @Test
  void aSettingReadsAsItIsTyped() {
    assertThat(new BackendSetting("web", "a:1", 3, BackendConfig.State.DRAINING))
        .hasToString("web/a:1 weight 3, state draining");
    assertThat(new BackendSetting("web", "a:1", 0, null)).hasToString("web/a:1 weight 0");
    assertThat(new BackendSetting("web", "a:1", null, BackendConfig.State.ENABLED))
        .hasToString("web/a:1 state enabled");
  }
}
