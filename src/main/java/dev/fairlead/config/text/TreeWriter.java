package dev.fairlead.config.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Present;
import org.snakeyaml.engine.v2.api.lowlevel.Serialize;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Writes a tree as text that {@link TreeReader} reads as an equal tree. Any thread. */
final class TreeWriter {
  private static final JsonFactory JSON = new JsonFactory();
  private static final DumpSettings YAML =
      DumpSettings.builder()
          .setSchema(new CoreSchema())
          .setIndent(2)
          .setIndicatorIndent(2)
          .setIndentWithIndicator(true)
          .setWidth(Integer.MAX_VALUE)
          .setSplitLines(false)
          .build();
  private static final ScalarResolver RESOLVER = new CoreSchema().getScalarResolver();
  private static final Pattern PRINTABLE =
      Pattern.compile("[ -~\\p{L}\\p{N}\\p{S}\\p{P}&&[^\uFFFD]]*");

  private TreeWriter() {}

  /**
   * YAML in block style. A text that would be read as another type is quoted; one with characters
   * that are not printable is written with escapes.
   */
  static String yaml(Tree tree) {
    var events = new Serialize(YAML).serializeOne(node(tree));
    return escape(new Present(YAML).emitToString(events.iterator()));
  }

  private static Node node(Tree tree) {
    if (tree instanceof Tree.Mapping map) {
      List<NodeTuple> entries = map.entries().entrySet().stream().map(TreeWriter::entry).toList();
      return new MappingNode(Tag.MAP, entries, FlowStyle.BLOCK);
    }
    if (tree instanceof Tree.Sequence list) {
      List<Node> items = list.items().stream().map(TreeWriter::node).toList();
      return new SequenceNode(Tag.SEQ, items, FlowStyle.BLOCK);
    }
    Tree.Scalar scalar = (Tree.Scalar) tree;
    return scalar.kind() == Tree.ScalarKind.TEXT ? quotable(scalar.text()) : plain(scalar.text());
  }

  private static NodeTuple entry(Map.Entry<String, Tree.KeyValue> entry) {
    return new NodeTuple(quotable(entry.getKey()), node(entry.getValue().value()));
  }

  private static Node quotable(String text) {
    boolean printable = PRINTABLE.matcher(text).matches();
    ScalarStyle style = printable ? ScalarStyle.PLAIN : ScalarStyle.DOUBLE_QUOTED;
    return new ScalarNode(Tag.STR, text, style);
  }

  private static Node plain(String text) {
    return new ScalarNode(RESOLVER.resolve(text, true), text, ScalarStyle.PLAIN);
  }

  /** JSON with each value on a line of its own; only for a tree that was read from JSON. */
  static String json(Tree tree) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = JSON.createGenerator(text)) {
      generator.setPrettyPrinter(pretty());
      write(tree, generator);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return escape(text.toString()) + "\n";
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
      for (Map.Entry<String, Tree.KeyValue> entry : map.entries().entrySet()) {
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

  /** The reader takes U+FFFD in a text for malformed UTF-8, so within quotes it is escaped. */
  private static String escape(String written) {
    return written.replace("\uFFFD", "\\uFFFD");
  }
}
