package dev.fairlead.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Ensures that the image holds all of Netty's native libraries, because a member there can unpack
 * none. Provoked by the names of those in the jar, of which bin/train must unpack each. A failure
 * would look like another transport, or TLS of the JDK, in a container with a read-only file
 * system.
 */
class ImageNativesIT {
  private static final Pattern UNPACKED = Pattern.compile("(?m)^unpacked (\\w+) ");
  private static final String DIRECTORY = "META-INF/native/libnetty_";

  @Test
  void everyNativeLibraryIsUnpackedInTheImage() throws IOException {
    List<String> unpacked =
        UNPACKED
            .matcher(Files.readString(Path.of("bin/train")))
            .results()
            .map(line -> line.group(1))
            .toList();
    try (JarFile jar = new JarFile(System.getProperty("fairlead.jar"))) {
      List<String> libraries =
          jar.stream()
              .map(entry -> entry.getName())
              .filter(name -> name.startsWith(DIRECTORY) && name.contains("x86_64"))
              .toList();
      assertThat(libraries).isNotEmpty();
      assertThat(libraries)
          .allSatisfy(name -> assertThat(unpacked).as(name).anyMatch(name::contains));
    }
  }
}
