package dev.fairlead.config;

/**
 * One thing that is wrong with a configuration.
 *
 * @param source the file's name
 * @param line from 1, 0 = not known
 * @param path of the key, as {@code pools[0].backends[1].weight}; empty = the whole file
 * @param message the value and what was expected: {@code -1 (expected: 0 to 1000)}
 */
public record Problem(String source, int line, String path, String message) {

  /** {@code FILE:LINE: path: value (expected: ...)}, without the parts that are not known. */
  @Override
  public String toString() {
    String place = line > 0 ? source + ":" + line : source;
    return path.isEmpty() ? place + ": " + message : place + ": " + path + ": " + message;
  }
}
