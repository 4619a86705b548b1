package dev.fairlead.net.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import java.lang.ref.Cleaner;
import java.util.List;

/**
 * Releases contexts of BoringSSL, which live outside the heap, when nobody can reach their owner
 * any more. Sessions take an owner along when they are accepted and may begin their handshake
 * seconds after another one has replaced it, so no moment of the replacement is late enough, and
 * counting would cost every session two atomic writes. The handshakes that have begun keep their
 * context by themselves: an engine of Netty retains it.
 */
final class NativeMemory {
  private static final Cleaner CLEANER = Cleaner.create();

  private NativeMemory() {}

  /** Releases {@code contexts}, each once, when {@code owner} is garbage. */
  static void releaseWith(Object owner, List<SslContext> contexts) {
    List<SslContext> held = List.copyOf(contexts); // must not lead back to the owner
    CLEANER.register(owner, () -> release(held));
  }

  static void release(List<SslContext> contexts) {
    contexts.forEach(ReferenceCountUtil::release);
  }
}
