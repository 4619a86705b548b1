package dev.fairlead.config.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.config.spi.ConfigProcessor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class RawTextProcessorTest {
  private final RawTextProcessor processor = new RawTextProcessor();

  private String text(Buffer file) {
    JsonObject delivered = processor.process(null, new JsonObject(), file).result();
    assertThat(delivered.fieldNames()).containsExactly("text");
    return delivered.getString(RawTextProcessor.TEXT);
  }

  @Test
  void theTextIsHandedOnUntouched() {
    assertThat(text(Buffer.buffer("port: ${X}\r\n# ä\n"))).isEqualTo("port: ${X}\r\n# ä\n");
    assertThat(text(Buffer.buffer())).isEmpty();
  }

  @Test
  void malformedBytesAreMarkedForTheLoader() {
    assertThat(text(Buffer.buffer(new byte[] {'a', (byte) 0xFF}))).isEqualTo("a\uFFFD");
  }

  @Test
  void vertxFindsIt() {
    List<String> names =
        ServiceLoader.load(ConfigProcessor.class).stream()
            .map(ServiceLoader.Provider::get)
            .map(ConfigProcessor::name)
            .toList();
    assertThat(names).contains(RawTextProcessor.NAME);
  }
}
