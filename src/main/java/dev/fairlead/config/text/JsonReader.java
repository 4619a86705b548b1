package dev.fairlead.config.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.fairlead.config.Problem;
import dev.fairlead.config.text.Tree.Place;
import dev.fairlead.config.text.Tree.ScalarKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Strict JSON: no comments, no trailing commas, nothing after the value. */
final class JsonReader implements TreeReader {
  /** No limits of its own: {@link TreeLimits} and {@link Document} have those of all formats. */
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  @Override
  public @Nullable Tree read(String text, Problems problems) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      JsonTreeBuilder builder = new JsonTreeBuilder(parser, problems, new TreeLimits());
      if (parser.nextToken() == null) {
        return null;
      }
      Tree tree = builder.value("");
      if (parser.nextToken() != null) {
        problems.add(builder.place(), "", "more text after the end (expected: one JSON value)");
      }
      return problems.isEmpty() ? tree : null;
    } catch (TreeLimits.Refused e) {
      e.report(problems);
      return null;
    } catch (JsonProcessingException e) {
      problems.add(place(e.getLocation()), "", "not JSON: " + reason(e));
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
  }

  /** Jackson's message without its note on where the text came from. */
  private static String reason(JsonProcessingException e) {
    String message = e.getOriginalMessage().lines().findFirst().orElse("syntax error");
    int note = message.indexOf(" (start marker at ");
    return Problem.oneLine(note < 0 ? message : message.substring(0, note));
  }

  private static Place place(JsonLocation location) {
    return location == null || location.getLineNr() < 1
        ? Place.UNKNOWN
        : new Place(location.getLineNr(), location.getColumnNr(), false);
  }

  private record JsonTreeBuilder(JsonParser parser, Problems problems, TreeLimits limits) {

    Place place() {
      return JsonReader.place(parser.currentTokenLocation());
    }

    Tree value(String path) throws IOException {
      return switch (parser.currentToken()) {
        case START_OBJECT -> mapping(path);
        case START_ARRAY -> sequence(path);
        case VALUE_STRING -> scalar(ScalarKind.TEXT);
        case VALUE_NUMBER_INT -> scalar(ScalarKind.INTEGER);
        case VALUE_NUMBER_FLOAT -> scalar(ScalarKind.DECIMAL);
        case VALUE_TRUE, VALUE_FALSE -> scalar(ScalarKind.BOOLEAN);
        case VALUE_NULL -> scalar(ScalarKind.NULL);
        default -> scalar(ScalarKind.OTHER);
      };
    }

    private Tree scalar(ScalarKind kind) throws IOException {
      limits.value(place());
      return new Tree.Scalar(place(), kind, parser.getText());
    }

    private Tree mapping(String path) throws IOException {
      Place start = place();
      limits.enter(start);
      Map<String, Tree.KeyValue> entries = new LinkedHashMap<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        Place keyPlace = place();
        limits.value(keyPlace);
        parser.nextToken();
        Tree value = value(Tree.child(path, key));
        problems.once(entries, path, key, new Tree.KeyValue(keyPlace, value));
      }
      limits.leave();
      return new Tree.Mapping(start, entries);
    }

    private Tree sequence(String path) throws IOException {
      Place start = place();
      limits.enter(start);
      List<Tree> items = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(value(path + "[" + items.size() + "]"));
      }
      limits.leave();
      return new Tree.Sequence(start, items);
    }
  }
}
