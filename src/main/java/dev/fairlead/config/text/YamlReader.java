package dev.fairlead.config.text;

import dev.fairlead.config.Problem;
import dev.fairlead.config.text.Tree.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * One YAML 1.2 document, core schema. An alias stands for a copy of what its anchor marks; tags and
 * merge keys are no part of the core schema and are refused.
 *
 * <p>The tree is built from the parser's events and not from composed nodes, because composing
 * recurses without a limit and stops at the first duplicate key.
 */
public final class YamlReader implements TreeReader {
  private static final int MAX_ALIASES = 1000;

  /**
   * Aliases of aliases multiply, and whoever walks the tree meets every copy. Enough for 100,000
   * networks that some listeners share.
   */
  private static final int MAX_COPIED_VALUES = 400_000;

  /** The parser's own 3 Mi are too few for 100,000 networks; as much as a push may have bytes. */
  private static final int MAX_CODE_POINTS = 16 * 1024 * 1024;

  private static final LoadSettings SETTINGS =
      LoadSettings.builder().setCodePointLimit(MAX_CODE_POINTS).build();
  private static final ScalarResolver RESOLVER = new CoreSchema().getScalarResolver();

  @Override
  public Tree read(String source, String text, Problems problems) {
    Tree tree = value(source, text, problems);
    return tree instanceof Tree.Scalar scalar && scalar.kind() == Kind.NULL ? null : tree;
  }

  /** The same for a single value, which may be {@code null}. */
  public Tree value(String source, String text, Problems problems) {
    try {
      Iterator<Event> events = new Parse(SETTINGS).parseString(text).iterator();
      Tree tree = new Walk(source, events, problems).document();
      return problems.isEmpty() ? tree : null;
    } catch (Refused e) {
      problems.add(e.place, "", e.getMessage());
    } catch (MarkedYamlEngineException e) {
      Optional<Mark> mark = e.getProblemMark().or(e::getContextMark);
      problems.add(
          place(source, mark), "", "not YAML: " + Problem.oneLine(String.valueOf(e.getProblem())));
    } catch (ReaderException e) {
      int line = lineOf(text, e.getPosition());
      String character = String.format(Locale.ROOT, "\\u%04x", e.getCodePoint());
      problems.add(new Place(source, line), "", "not YAML: character " + character);
    } catch (YamlEngineException e) {
      problems.add(
          new Place(source, 0), "", "not YAML: " + Problem.oneLine(String.valueOf(e.getMessage())));
    }
    return null;
  }

  private static int lineOf(String text, int codePoints) {
    return 1 + (int) text.codePoints().limit(codePoints).filter(c -> c == '\n').count();
  }

  private static Place place(String source, Optional<Mark> mark) {
    return new Place(source, mark.map(m -> m.getLine() + 1).orElse(0));
  }

  /** What YAML allows and a configuration does not. */
  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Place place;

    Refused(Place place, String message) {
      super(message, null, false, false);
      this.place = place;
    }
  }

  private static final class Walk {
    private final String source;
    private final Iterator<Event> events;
    private final Problems problems;
    private final Map<Anchor, Tree> anchors = new HashMap<>();
    private int aliases;
    private int copiedValues;
    private int depth;

    Walk(String source, Iterator<Event> events, Problems problems) {
      this.source = source;
      this.events = events;
      this.problems = problems;
    }

    /** Null when there is no document. */
    Tree document() {
      Tree tree = null;
      int documents = 0;
      while (events.hasNext()) {
        Event event = events.next();
        if (event.getEventId() != Event.ID.DocumentStart) {
          continue;
        }
        if (++documents > 1) {
          throw new Refused(place(event), "a second document (expected: one YAML document)");
        }
        tree = value(events.next(), "");
      }
      return tree;
    }

    private Place place(Event event) {
      return YamlReader.place(source, event.getStartMark());
    }

    private Tree value(Event event, String path) {
      if (event instanceof AliasEvent alias) {
        return aliased(alias);
      }
      Tree tree =
          event instanceof ScalarEvent scalar
              ? scalar(scalar)
              : collection((CollectionStartEvent) event, path);
      ((NodeEvent) event).getAnchor().ifPresent(anchor -> anchors.put(anchor, tree));
      return tree;
    }

    private Tree aliased(AliasEvent alias) {
      Tree tree = anchors.get(alias.getAlias());
      String name = Problem.oneLine("*" + alias.getAlias().getValue());
      if (tree == null) {
        throw new Refused(place(alias), name + " (expected: an anchor that stands before it)");
      }
      if (++aliases > MAX_ALIASES) {
        throw new Refused(place(alias), name + " (expected: at most " + MAX_ALIASES + " aliases)");
      }
      refuseHuge(alias, tree);
      return tree;
    }

    private void refuseHuge(AliasEvent alias, Tree tree) {
      copiedValues += tree.size();
      if (copiedValues > MAX_COPIED_VALUES) {
        String most = MAX_COPIED_VALUES + " values from aliases";
        throw new Refused(place(alias), "too long (expected: at most " + most + ")");
      }
      if (depth + tree.height() > MAX_DEPTH) {
        throw tooDeep(alias);
      }
    }

    private Refused tooDeep(Event event) {
      String expected = " (expected: " + MAX_DEPTH + " levels)";
      return new Refused(place(event), "nested too deep" + expected);
    }

    private Tree scalar(ScalarEvent event) {
      refuseTag(event, event.getTag());
      Kind kind = event.isPlain() ? kindOf(event.getValue()) : Kind.TEXT;
      String text = event.getValue();
      return new Tree.Scalar(place(event), kind, kind == Kind.NULL ? "null" : text);
    }

    private static Kind kindOf(String plain) {
      Tag tag = RESOLVER.resolve(plain, true);
      if (tag.equals(Tag.INT)) {
        return Kind.INTEGER;
      }
      if (tag.equals(Tag.FLOAT)) {
        return Kind.DECIMAL;
      }
      if (tag.equals(Tag.BOOL)) {
        return Kind.BOOLEAN;
      }
      return tag.equals(Tag.NULL) ? Kind.NULL : Kind.TEXT;
    }

    private Tree collection(CollectionStartEvent event, String path) {
      refuseTag(event, event.getTag());
      if (++depth > MAX_DEPTH) {
        throw tooDeep(event);
      }
      boolean mapping = event.getEventId() == Event.ID.MappingStart;
      Tree tree = mapping ? mapping(event, path) : sequence(event, path);
      depth--;
      return tree;
    }

    private void refuseTag(Event event, Optional<String> tag) {
      if (tag.isPresent()) {
        throw new Refused(place(event), Problem.oneLine(tag.get()) + " (expected: no tags)");
      }
    }

    private Tree mapping(Event start, String path) {
      MappingBuilder builder = new MappingBuilder(place(start), path, problems);
      Event event = events.next();
      while (event.getEventId() != Event.ID.MappingEnd) {
        if (!(value(event, path) instanceof Tree.Scalar key)) {
          throw new Refused(place(event), "a map or list as a key (expected: a name)");
        }
        Tree value = value(events.next(), TreeReader.child(path, key.text()));
        builder.put(key.text(), place(event), value);
        event = events.next();
      }
      return builder.build();
    }

    private Tree sequence(Event start, String path) {
      List<Tree> items = new ArrayList<>();
      Event event = events.next();
      while (event.getEventId() != Event.ID.SequenceEnd) {
        items.add(value(event, path + "[" + items.size() + "]"));
        event = events.next();
      }
      return new Tree.Sequence(place(start), items);
    }
  }
}
