package dev.fairlead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.slf4j.LoggerFactory;

/**
 * Watches what every test logs at WARN and ERROR: a line of Fairlead that is not expected by {@link
 * Logs} fails the test, and so does an expected one that does not come. A test that takes a {@code
 * LogWatch} as a parameter can look at its lines. Registered for all tests; they run one by one.
 */
public final class LogWatch
    implements BeforeAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        AfterAllCallback,
        ParameterResolver {

  /** What any test may log that takes long on a busy machine. */
  private static final List<String> OF_LONG_TESTS =
      List.of(
          " refused in the last 10 s",
          "Timeout 3000 (ms) fired",
          "TimeoutException: no answer within 3 s",
          " was not put in force, revision ",
          ": no answer within 3s");

  /** Of all threads; guarded by itself. */
  private static final List<String> LINES = new ArrayList<>();

  /** Tells that the machine is slow, which is no fault of a test. */
  private static final String SPEED = "BlockedThreads";

  private static final List<String> UNEXPECTED = new ArrayList<>();
  private static volatile List<String> expected = List.of();

  /** Prints all that is not expected. */
  public static final class Screen extends ConsoleAppender<ILoggingEvent> {
    @Override
    protected void append(ILoggingEvent event) {
      if (!event.getLevel().isGreaterOrEqual(Level.WARN) || !isExpected(event)) {
        super.append(event);
      }
    }
  }

  private static boolean isExpected(ILoggingEvent event) {
    String logger = event.getLoggerName();
    String name = logger.substring(logger.lastIndexOf('.') + 1);
    String line = event.getLevel() + " " + name + " - " + event.getFormattedMessage();
    boolean wanted = expected.stream().anyMatch(line::contains);
    synchronized (LINES) {
      LINES.add(line);
      if (!wanted && logger.startsWith("dev.fairlead.") && !name.equals(SPEED)) {
        UNEXPECTED.add(line);
      }
    }
    return wanted;
  }

  /** The lines at WARN and ERROR of this test so far: {@code WARN Logger - message}. */
  public List<String> lines() {
    synchronized (LINES) {
      return List.copyOf(LINES);
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    // A member of an earlier class has set them.
    level("dev.fairlead", null);
    level(Logger.ROOT_LOGGER_NAME, Level.WARN);
    begin(ofClass(context.getRequiredTestClass()));
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    List<String> all = new ArrayList<>(ofClass(context.getRequiredTestClass()));
    all.addAll(of(context.getRequiredTestMethod()));
    begin(all);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      return;
    }
    for (String part : of(context.getRequiredTestMethod())) {
      await("logged: " + part).until(() -> lines().stream().anyMatch(line -> line.contains(part)));
    }
    checkUnexpected();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Class<?> outer = context.getRequiredTestClass().getEnclosingClass();
    checkUnexpected();
    begin(outer == null ? List.of() : ofClass(outer));
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == LogWatch.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return this;
  }

  private static void level(String logger, Level level) {
    ((Logger) LoggerFactory.getLogger(logger)).setLevel(level);
  }

  private static void begin(List<String> lines) {
    expected = Stream.concat(lines.stream(), OF_LONG_TESTS.stream()).toList();
    synchronized (LINES) {
      LINES.clear();
      UNEXPECTED.clear();
    }
  }

  private static void checkUnexpected() {
    synchronized (LINES) {
      List<String> lines = List.copyOf(UNEXPECTED);
      UNEXPECTED.clear();
      assertThat(lines).as("logged, but not expected with @Logs").isEmpty();
    }
  }

  private static List<String> of(AnnotatedElement element) {
    Logs logs = element.getAnnotation(Logs.class);
    return logs == null ? List.of() : List.of(logs.value());
  }

  /** With those of the classes around it. */
  private static List<String> ofClass(Class<?> type) {
    return Stream.<Class<?>>iterate(type, each -> each != null, Class::getEnclosingClass)
        .flatMap(each -> of(each).stream())
        .toList();
  }
}
