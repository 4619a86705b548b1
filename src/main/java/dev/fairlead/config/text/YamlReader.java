package dev.fairlead.config.text;

import static java.lang.Character.isHighSurrogate;

import dev.fairlead.config.Problem;
import dev.fairlead.config.text.Tree.Place;
import dev.fairlead.config.text.Tree.ScalarKind;
import dev.fairlead.config.text.TreeLimits.Refused;
import java.io.Reader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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
 *
 * @param override whether the texts are values of {@code --set KEY=VALUE}
 */
public record YamlReader(boolean override) implements TreeReader {
  private static final int MAX_ALIASES = 1000;

  /**
   * The parser copies what it has of a token at each read, so a text is read in this many parts at
   * most: a single long token stays linear. A higher value takes less memory and more copies.
   */
  private static final int MAX_READS = 16;

  private static final int MIN_READ = 1024;
  private static final ScalarResolver RESOLVER = new CoreSchema().getScalarResolver();
  private static final Map<Tag, ScalarKind> KINDS =
      Map.of(
          Tag.INT, ScalarKind.INTEGER,
          Tag.FLOAT, ScalarKind.DECIMAL,
          Tag.BOOL, ScalarKind.BOOLEAN,
          Tag.NULL, ScalarKind.NULL);

  @Override
  public @Nullable Tree read(String text, Problems problems) {
    Tree tree = value(text, problems);
    return tree instanceof Tree.Scalar scalar && scalar.kind() == ScalarKind.NULL ? null : tree;
  }

  /** The same for a single value, which may be {@code null} in YAML. */
  public @Nullable Tree value(String text, Problems problems) {
    try {
      Iterator<Event> events =
          new Parse(settings(text)).parseReader(new WholeCharacters(text)).iterator();
      Tree tree = new YamlTreeBuilder(events, problems).document();
      return problems.isEmpty() ? tree : null;
    } catch (Refused e) {
      e.report(problems);
    } catch (MarkedYamlEngineException e) {
      report(place(e.getProblemMark().or(e::getContextMark)), e.getProblem(), problems);
    } catch (ReaderException e) {
      int line = 1 + (int) text.codePoints().limit(e.getPosition()).filter(c -> c == '\n').count();
      String character = String.format(Locale.ROOT, "\\u%04x", e.getCodePoint());
      problems.add(new Place(line, 0, override), "", "not YAML: character " + character);
    } catch (YamlEngineException e) {
      report(new Place(0, 0, override), e.getMessage(), problems);
    }
    return null;
  }

  private static LoadSettings settings(String text) {
    return LoadSettings.builder()
        .setCodePointLimit(Integer.MAX_VALUE)
        .setBufferSize(Math.max(MIN_READ, text.length() / MAX_READS))
        .build();
  }

  private static void report(Place place, @Nullable String message, Problems problems) {
    problems.add(place, "", "not YAML: " + Problem.oneLine(String.valueOf(message)));
  }

  private Place place(Optional<Mark> mark) {
    return new Place(
        mark.map(m -> m.getLine() + 1).orElse(0),
        mark.map(m -> m.getColumn() + 1).orElse(0),
        override);
  }

  /**
   * The parser fails when a character of two {@code char}s is split by the end of its buffer, so it
   * never gets a full buffer that ends in the first one.
   */
  private static final class WholeCharacters extends Reader {
    private final String text;
    private int position;

    WholeCharacters(String text) {
      this.text = text;
    }

    @Override
    public int read(char[] buffer, int offset, int length) {
      int rest = text.length() - position;
      if (rest == 0) {
        return -1;
      }
      int count = Math.min(rest, Math.max(1, length - 1));
      int end = position + count;
      boolean splits = count > 1 && end < text.length() && isHighSurrogate(text.charAt(end - 1));
      int whole = splits ? count - 1 : count;
      text.getChars(position, position + whole, buffer, offset);
      position += whole;
      return whole;
    }

    @Override
    public void close() {}
  }

  private final class YamlTreeBuilder {
    private final Iterator<Event> events;
    private final Problems problems;
    private final Map<Anchor, Tree> anchors = new HashMap<>();
    private final TreeLimits limits = new TreeLimits();
    private int aliases;

    YamlTreeBuilder(Iterator<Event> events, Problems problems) {
      this.events = events;
      this.problems = problems;
    }

    /** Null when there is no document. */
    @Nullable Tree document() {
      @Nullable Tree tree = null;
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
      return YamlReader.this.place(event.getStartMark());
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
      limits.values(tree.size(), place(alias));
      limits.fits(tree.height(), place(alias));
      return tree;
    }

    private Tree scalar(ScalarEvent event) {
      refuseTag(event, event.getTag());
      limits.value(place(event));
      String text = event.getValue();
      Tag tag = event.isPlain() ? RESOLVER.resolve(text, true) : Tag.STR;
      ScalarKind kind = KINDS.getOrDefault(tag, ScalarKind.TEXT);
      return new Tree.Scalar(place(event), kind, kind == ScalarKind.NULL ? "null" : text);
    }

    private Tree collection(CollectionStartEvent event, String path) {
      refuseTag(event, event.getTag());
      limits.enter(place(event));
      boolean mapping = event.getEventId() == Event.ID.MappingStart;
      Tree tree = mapping ? mapping(event, path) : sequence(event, path);
      limits.leave();
      return tree;
    }

    private void refuseTag(Event event, Optional<String> tag) {
      if (tag.isPresent()) {
        throw new Refused(place(event), Problem.oneLine(tag.get()) + " (expected: no tags)");
      }
    }

    private Tree mapping(Event start, String path) {
      Map<String, Tree.KeyValue> entries = new LinkedHashMap<>();
      Event event = events.next();
      while (event.getEventId() != Event.ID.MappingEnd) {
        if (!(value(event, path) instanceof Tree.Scalar key)) {
          throw new Refused(place(event), "a map or list as a key (expected: a name)");
        }
        Tree value = value(events.next(), Tree.child(path, key.text()));
        problems.once(entries, path, key.text(), new Tree.KeyValue(place(event), value));
        event = events.next();
      }
      return new Tree.Mapping(place(start), entries);
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
