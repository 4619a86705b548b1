package dev.fairlead.net.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** The lines {@code title: hexadecimal} of a file in {@code src/test/resources/hello}. */
record HelloCorpus(String title, String hexadecimal) {

  static List<HelloCorpus> read(String file) throws IOException {
    try (InputStream in = HelloCorpus.class.getResourceAsStream("/hello/" + file)) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().filter(line -> !line.startsWith("#")).map(HelloCorpus::of).toList();
    }
  }

  private static HelloCorpus of(String line) {
    int colon = line.lastIndexOf(": ");
    return new HelloCorpus(line.substring(0, colon), line.substring(colon + 2));
  }

  byte[] bytes() {
    return HexFormat.of().parseHex(hexadecimal);
  }

  @Override
  public String toString() {
    return title;
  }
}
