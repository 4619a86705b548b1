package dev.fairlead.config.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.fairlead.config.Problem;
import dev.fairlead.config.text.Tree.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Strict JSON: no comments, no trailing commas, nothing after the value. */
final class JsonReader implements TreeReader {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  @Override
  public Tree read(String source, String text, Problems problems) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      Walk walk = new Walk(source, parser, problems);
      if (parser.nextToken() == null) {
        return null;
      }
      Tree tree = walk.value("");
      if (parser.nextToken() != null) {
        problems.add(walk.place(), "", "more text after the end (expected: one JSON value)");
      }
      return problems.isEmpty() ? tree : null;
    } catch (JsonProcessingException e) {
      problems.add(place(source, e.getLocation()), "", "not JSON: " + reason(e));
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
  }

  /** Jackson's own words, without its note on where the text came from. */
  private static String reason(JsonProcessingException e) {
    String message = e.getOriginalMessage().lines().findFirst().orElse("syntax error");
    int note = message.indexOf(" (start marker at ");
    return Problem.oneLine(note < 0 ? message : message.substring(0, note));
  }

  private static Place place(String source, JsonLocation location) {
    return new Place(source, location == null ? 0 : Math.max(0, location.getLineNr()));
  }

  private record Walk(String source, JsonParser parser, Problems problems) {

    Place place() {
      return JsonReader.place(source, parser.currentTokenLocation());
    }

    Tree value(String path) throws IOException {
      return switch (parser.currentToken()) {
        case START_OBJECT -> mapping(path);
        case START_ARRAY -> sequence(path);
        case VALUE_STRING -> scalar(Kind.TEXT);
        case VALUE_NUMBER_INT -> scalar(Kind.INTEGER);
        case VALUE_NUMBER_FLOAT -> scalar(Kind.DECIMAL);
        case VALUE_TRUE, VALUE_FALSE -> scalar(Kind.BOOLEAN);
        case VALUE_NULL -> scalar(Kind.NULL);
        default -> scalar(Kind.OTHER);
      };
    }

    private Tree scalar(Kind kind) throws IOException {
      return new Tree.Scalar(place(), kind, parser.getText());
    }

    private Tree mapping(String path) throws IOException {
      MappingBuilder builder = new MappingBuilder(place(), path, problems);
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        Place keyPlace = place();
        parser.nextToken();
        builder.put(key, keyPlace, value(TreeReader.child(path, key)));
      }
      return builder.build();
    }

    private Tree sequence(String path) throws IOException {
      Place start = place();
      List<Tree> items = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(value(path + "[" + items.size() + "]"));
      }
      return new Tree.Sequence(start, items);
    }
  }
}
