package dev.fairlead.member;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this build, as Maven wrote it into the jar. */
public final class FairleadVersion {
  private static final String RESOURCE = "/fairlead-version.properties";

  /** Read once: the jar must not be opened on an event loop, which publishes the version. */
  private static final String VERSION = read();

  private FairleadVersion() {}

  /** As {@code 0.1.0}. */
  public static String get() {
    return VERSION;
  }

  private static String read() {
    try (InputStream in = FairleadVersion.class.getResourceAsStream(RESOURCE)) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE, e);
    }
  }
}
