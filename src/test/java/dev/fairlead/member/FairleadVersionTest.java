package dev.fairlead.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FairleadVersionTest {

  /** Members publish it from event loops, which must not open the jar. */
  @Test
  void theJarIsReadOnce() {
    assertThat(FairleadVersion.get()).isSameAs(FairleadVersion.get()).isNotEmpty();
  }
}
