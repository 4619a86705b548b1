package dev.fairlead.config.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;

/** Writes a tree that was read from JSON as JSON, a line for each value. */
public final class JsonWriter {
  private static final JsonFactory FACTORY = new JsonFactory();

  private JsonWriter() {}

  public static String write(Tree tree) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(text)) {
      generator.setPrettyPrinter(pretty());
      write(tree, generator);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return YamlWriter.escape(text.toString()) + "\n";
  }

  private static DefaultPrettyPrinter pretty() {
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    Separators separators =
        Separators.createDefaultInstance()
            .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
            .withArrayEmptySeparator("")
            .withObjectEmptySeparator("");
    return new DefaultPrettyPrinter(separators).withArrayIndenter(lines).withObjectIndenter(lines);
  }

  private static void write(Tree tree, JsonGenerator generator) throws IOException {
    if (tree instanceof Tree.Mapping map) {
      generator.writeStartObject();
      for (Map.Entry<String, Tree.Entry> entry : map.entries().entrySet()) {
        generator.writeFieldName(entry.getKey());
        write(entry.getValue().value(), generator);
      }
      generator.writeEndObject();
    } else if (tree instanceof Tree.Sequence list) {
      generator.writeStartArray();
      for (Tree item : list.items()) {
        write(item, generator);
      }
      generator.writeEndArray();
    } else if (tree instanceof Tree.Scalar scalar) {
      write(scalar, generator);
    }
  }

  private static void write(Tree.Scalar scalar, JsonGenerator generator) throws IOException {
    switch (scalar.kind()) {
      case INTEGER, DECIMAL -> generator.writeNumber(scalar.text());
      case BOOLEAN -> generator.writeBoolean(Boolean.parseBoolean(scalar.text()));
      case NULL -> generator.writeNull();
      case TEXT, OTHER, FREE -> generator.writeString(scalar.text());
    }
  }
}
