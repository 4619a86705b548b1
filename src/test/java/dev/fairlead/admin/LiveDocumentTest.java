package dev.fairlead.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LiveDocumentTest {
  private final LiveDocument document = new LiveDocument();

  private JsonObject update(String json) {
    JsonObject parsed = new JsonObject(json.replace('\'', '"'));
    Map<String, Object> all = new LinkedHashMap<>();
    parsed.fieldNames().forEach(name -> all.put(name, parsed.getValue(name)));
    return document.update(all);
  }

  @Test
  void firstUpdateIsEverythingAndTheSameAgainIsNothing() {
    String all = "{'revision': {'revision': 1}, 'members': [{'id': 'a', 'sessions': 1}]}";
    assertThat(update(all)).isEqualTo(new JsonObject(all.replace('\'', '"')));
    assertThat(update(all).isEmpty()).isTrue();
    assertThat(document.all()).isEqualTo(new JsonObject(all.replace('\'', '"')));
  }

  @Test
  void onlyChangedAndGoneEntriesOfAKeyedSectionAreSent() {
    update("{'members': [{'id': 'a', 'n': 1}, {'id': 'b', 'n': 1}, {'id': 'c', 'n': 1}]}");
    assertThat(update("{'members': [{'id': 'a', 'n': 1}, {'id': 'b', 'n': 2}]}"))
        .isEqualTo(
            new JsonObject(
                "{\"members\": [{\"id\": \"b\", \"n\": 2}, {\"id\": \"c\", \"gone\": true}]}"));
  }

  @Test
  void otherSectionsAreSentAsAWhole() {
    update("{'limits': [{'name': 'a', 'used': 1}, {'name': 'b', 'used': 1}], 'problems': []}");
    assertThat(
            update(
                "{'limits': [{'name': 'a', 'used': 1}, {'name': 'b', 'used': 2}], 'problems': []}"))
        .isEqualTo(
            new JsonObject()
                .put(
                    "limits",
                    new JsonArray("[{\"name\":\"a\",\"used\":1},{\"name\":\"b\",\"used\":2}]")));
  }
}
