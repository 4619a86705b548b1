package dev.fairlead.config;

import java.time.Duration;

/**
 * Those who wait for a place below a limit.
 *
 * @param size most of them; 0 = nobody waits, who finds no place is refused at once
 * @param timeout longest wait, above zero
 */
public record QueueConfig(int size, Duration timeout) {
  public static final QueueConfig NONE = new QueueConfig(0, Duration.ofSeconds(5));
}
