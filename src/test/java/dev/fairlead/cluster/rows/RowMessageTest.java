package dev.fairlead.cluster.rows;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowMessageTest {

  @Test
  void parsesWhatItEncodes() {
    RowMessage change = new RowMessage("a", 7, new JsonObject().put("x", 1).putNull("y"));
    RowMessage removal = new RowMessage("a", Long.MAX_VALUE, null);
    assertThat(RowMessage.parse(change.encode())).contains(change);
    assertThat(RowMessage.parse(removal.encode())).contains(removal);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no json",
        "null",
        "7",
        "[]",
        "{}",
        "{\"member\":\"a\",\"seq\":1}",
        "{\"member\":\"a\",\"seq\":1,\"changes\":null}",
        "{\"member\":\"a\",\"seq\":1,\"gone\":null}",
        "{\"member\":\"a\",\"seq\":1,\"gone\":\"yes\"}",
        "{\"member\":\"a\",\"seq\":\"1\",\"gone\":true}",
        "{\"member\":\"a\",\"seq\":null,\"gone\":true}",
        "{\"member\":null,\"seq\":1,\"gone\":true}",
        "{\"member\":\"a\",\"seq\":1,\"changes\":[]}",
        "{\"member\":\"a\",\"seq\":1,\"changes\":{}"
      })
  void anyOtherTextIsNoMessage(String text) {
    assertThat(RowMessage.parse(Buffer.buffer(text))).isEmpty();
  }

  @Test
  void anyOtherBodyIsNoMessage() {
    assertThat(RowMessage.parse("text")).isEmpty();
    assertThat(RowMessage.parse(new JsonObject())).isEmpty();
    assertThat(RowMessage.parse(null)).isEmpty();
  }
}
