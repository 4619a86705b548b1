package dev.fairlead.config;

/**
 * Where something was written.
 *
 * @param source the file's name, or {@link Problem#OVERRIDE}
 * @param line from 1, 0 = not known
 */
record Place(String source, int line) {
  static final Place OVERRIDE = new Place(Problem.OVERRIDE, 0);
}
