package dev.fairlead.cli.process;

import dev.fairlead.member.Member;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * Handles SIGTERM, SIGINT and SIGHUP for a member. Handlers are installed before the member starts,
 * because the JVM ends at once on an unhandled signal; a signal that arrives during the start is
 * acted on when the start has finished.
 */
public final class ProcessSignals {
  private final CompletableFuture<Member> running = new CompletableFuture<>();
  private final CountDownLatch drained = new CountDownLatch(1);

  private ProcessSignals() {}

  /** Installs the handlers for the rest of the process's life. */
  public static ProcessSignals takeOver() {
    ProcessSignals signals = new ProcessSignals();
    onSignal("TERM", () -> signals.running.thenAccept(Member::drain));
    onSignal("INT", () -> signals.running.thenAccept(Member::drain));
    onSignal("HUP", () -> signals.running.thenAccept(Member::reload));
    return signals;
  }

  /** For a process without a member: zero after SIGTERM or SIGINT. */
  public static CountDownLatch untilStopped() {
    CountDownLatch stopped = new CountDownLatch(1);
    onSignal("TERM", stopped::countDown);
    onSignal("INT", stopped::countDown);
    return stopped;
  }

  /**
   * Waits until the member has drained, after SIGTERM, SIGINT or a shutdown command of the cluster.
   * SIGHUP reloads until then.
   */
  public void awaitDrain(Member member) throws InterruptedException {
    member.drained().onComplete(done -> drained.countDown());
    running.complete(member);
    drained.await();
  }

  /**
   * The JDK has no public API for signals. {@code sun.misc.Signal}, kept accessible since JDK 9 by
   * JEP 260, is called by name because javac warns of every direct use.
   */
  private static void onSignal(String name, Runnable action) {
    try {
      Class<?> signalType = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object handler =
          Proxy.newProxyInstance(
              ProcessSignals.class.getClassLoader(),
              new Class<?>[] {handlerType},
              (proxy, method, arguments) -> {
                action.run();
                return null;
              });
      signalType
          .getMethod("handle", signalType, handlerType)
          .invoke(null, signalType.getConstructor(String.class).newInstance(name), handler);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("signal " + name, e);
    }
  }
}
