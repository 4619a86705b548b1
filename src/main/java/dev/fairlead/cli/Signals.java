package dev.fairlead.cli;

import dev.fairlead.member.Member;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;

/** The signals of the operating system that a running member obeys. */
final class Signals {
  private Signals() {}

  /**
   * Returns when SIGTERM or SIGINT was sent and the member has drained; SIGHUP reloads meanwhile.
   */
  static void awaitDrain(Member member) throws InterruptedException {
    CountDownLatch drained = new CountDownLatch(1);
    onSignal("TERM", () -> member.drain().onComplete(done -> drained.countDown()));
    onSignal("INT", () -> member.drain().onComplete(done -> drained.countDown()));
    onSignal("HUP", member::reload);
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
              Signals.class.getClassLoader(),
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
