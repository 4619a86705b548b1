package dev.fairlead.member;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which Fairlead this is, as the build wrote it into the jar. */
public final class FairleadVersion {
  private static final String RESOURCE = "/fairlead-version.properties";

  private FairleadVersion() {}

  /** As {@code 0.1.0}. */
  public static String get() {
    try (InputStream in = FairleadVersion.class.getResourceAsStream(RESOURCE)) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE, e);
    }
  }
}
