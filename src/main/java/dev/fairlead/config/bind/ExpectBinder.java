package dev.fairlead.config.bind;

import dev.fairlead.config.EscapedBytes;
import dev.fairlead.config.HealthConfig;
import dev.fairlead.config.HealthConfig.ExpectStep;
import dev.fairlead.config.HealthConfig.ExpectStep.Action;
import dev.fairlead.config.LinearPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Binds {@code pools[].health.expect}: a list of steps, or one {@code send} and {@code receive}.
 */
final class ExpectBinder {
  private static final String KEY = "expect";
  private static final int MOST_STEPS = 64;

  private ExpectBinder() {}

  static List<ExpectStep> bind(Section health) {
    if (health.isList(KEY)) {
      return health.sections(KEY, MOST_STEPS, ExpectBinder::step).stream()
          .flatMap(Optional::stream)
          .toList();
    }
    return health.section(KEY, ExpectBinder::sendAndReceive);
  }

  /** Reports a script of {@code type: expect} that would pass whatever the backend says. */
  static void judge(Section health, HealthConfig config) {
    if (config.type() != HealthConfig.Type.EXPECT
        || config.expect().stream().anyMatch(ExpectStep::receives)) {
      return;
    }
    if (health.isList(KEY)) {
      health.refuse(
          KEY, "no step receives (expected: what the backend says, because type is expect)");
    } else if (!health.isBroken("expect.receive")) {
      health.refuse(
          "expect.receive", "null (expected: what the backend says, because type is expect)");
    }
  }

  static ValueType<LinearPattern> pattern() {
    return ValueType.parsed(LinearPattern::parse, LinearPattern.EXPECTED);
  }

  /** The short form: at most one step of each kind. */
  private static List<ExpectStep> sendAndReceive(Section expect) {
    List<ExpectStep> steps = new ArrayList<>();
    for (Action action : List.of(Action.SEND, Action.RECEIVE)) {
      expect
          .findOrNull(action.key(), text(action))
          .ifPresent(text -> steps.add(new ExpectStep(action, text)));
    }
    return steps;
  }

  private static Optional<ExpectStep> step(Section step) {
    List<ExpectStep> found = new ArrayList<>();
    List<Action> written = Stream.of(Action.values()).filter(a -> step.has(a.key())).toList();
    for (Action action : Action.values()) {
      step.find(action.key(), text(action))
          .ifPresent(text -> found.add(new ExpectStep(action, text)));
    }
    if (written.isEmpty()) {
      step.require(Action.RECEIVE.key(), "one of send, receive, receivePattern");
    } else if (written.size() > 1) {
      step.refuse(written.get(1).key(), "not together with " + written.get(0).key());
    }
    return found.stream().findFirst();
  }

  private static ValueType<String> text(Action action) {
    return action == Action.RECEIVE_PATTERN
        ? pattern().map(LinearPattern::text)
        : bytes().map(EscapedBytes::text);
  }

  private static ValueType<EscapedBytes> bytes() {
    return ValueType.parsed(
        text -> text.isEmpty() ? Optional.empty() : EscapedBytes.parse(text),
        EscapedBytes.EXPECTED);
  }
}
