package dev.fairlead.config.text;

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

/**
 * Writes a tree as YAML in block style. A text that would be read as something else is quoted; one
 * with anything but printable characters in it is written with escapes.
 */
public final class YamlWriter {
  private static final DumpSettings SETTINGS =
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

  private YamlWriter() {}

  public static String write(Tree tree) {
    var events = new Serialize(SETTINGS).serializeOne(node(tree));
    return escape(new Present(SETTINGS).emitToString(events.iterator()));
  }

  /** U+FFFD stands for what is no UTF-8 in a text, so inside of quotes it has to be escaped. */
  static String escape(String written) {
    return written.replace("\uFFFD", "\\uFFFD");
  }

  private static Node node(Tree tree) {
    if (tree instanceof Tree.Mapping map) {
      List<NodeTuple> entries = map.entries().entrySet().stream().map(YamlWriter::entry).toList();
      return new MappingNode(Tag.MAP, entries, FlowStyle.BLOCK);
    }
    if (tree instanceof Tree.Sequence list) {
      List<Node> items = list.items().stream().map(YamlWriter::node).toList();
      return new SequenceNode(Tag.SEQ, items, FlowStyle.BLOCK);
    }
    Tree.Scalar scalar = (Tree.Scalar) tree;
    return scalar.kind() == Tree.Kind.TEXT ? text(scalar.text()) : plain(scalar.text());
  }

  private static NodeTuple entry(Map.Entry<String, Tree.Entry> entry) {
    return new NodeTuple(text(entry.getKey()), node(entry.getValue().value()));
  }

  private static Node text(String text) {
    boolean printable = PRINTABLE.matcher(text).matches();
    ScalarStyle style = printable ? ScalarStyle.PLAIN : ScalarStyle.DOUBLE_QUOTED;
    return new ScalarNode(Tag.STR, text, style);
  }

  private static Node plain(String text) {
    return new ScalarNode(RESOLVER.resolve(text, true), text, ScalarStyle.PLAIN);
  }
}
