package dev.fairlead.cli;

import dev.fairlead.member.Member;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * The signals of the operating system that a member obeys. They are taken over before the member
 * starts, because the JVM ends at once on any of them that nobody handles; those that come while it
 * starts are obeyed when it has started.
 */
final class ProcessSignals {
  private final CompletableFuture<Member> running = new CompletableFuture<>();
  private final CountDownLatch drained = new CountDownLatch(1);

  private ProcessSignals() {}

  /** Takes over SIGTERM, SIGINT and SIGHUP, for the rest of the process's life. */
  static ProcessSignals takeOver() {
    ProcessSignals signals = new ProcessSignals();
    onSignal("TERM", () -> signals.running.thenAccept(Member::drain));
    onSignal("INT", () -> signals.running.thenAccept(Member::drain));
    onSignal("HUP", () -> signals.running.thenAccept(Member::reload));
    return signals;
  }

  /**
   * Returns when the member has drained, because SIGTERM or SIGINT was sent or the cluster asked
   * for it; SIGHUP reloads meanwhile.
   */
  void awaitDrain(Member member) throws InterruptedException {
    member.drained().onComplete(done -> drained.countDown());
    running.complete(member);
    drained.await();
  }

  /**
   * The JDK has no public way to handle a signal. The one it has kept open for that since JDK 9
   * (JEP 260) is reached by name, because javac warns of every mention of it.
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
