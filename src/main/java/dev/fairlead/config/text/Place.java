package dev.fairlead.config.text;

import dev.fairlead.config.Problem;

/**
 * Where something was written.
 *
 * @param source the file's name, or {@link Problem#OVERRIDE}
 * @param line from 1, 0 = not known
 */
public record Place(String source, int line) {
  public static final Place OVERRIDE = new Place(Problem.OVERRIDE, 0);
}
