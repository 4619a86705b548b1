package dev.fairlead.session;

import dev.fairlead.net.tls.ServerContexts;
import dev.fairlead.net.tls.TlsDetails;
import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the TLS of a client whose ClientHello was read: from here on its bytes are in clear. On the
 * session's event loop.
 */
final class TlsHandshake implements Step {
  private static final Logger LOG = LoggerFactory.getLogger(TlsHandshake.class);

  private final StepOwner owner;
  private final SessionAccount account;
  private final Side client;
  private final ServerContexts contexts;
  private final long startedMillis = System.currentTimeMillis();
  private final long startedNanos = System.nanoTime();
  private final long deadline;
  private @Nullable SslHandler handler;
  private boolean over;

  TlsHandshake(
      LoopContext loop,
      StepOwner owner,
      SessionAccount account,
      Side client,
      ServerContexts contexts,
      Duration timeout) {
    this.owner = owner;
    this.account = account;
    this.client = client;
    this.contexts = contexts;
    this.deadline = loop.now() + timeout.toNanos();
  }

  @Override
  public void begin() {
    ByteBuf hello = client.early();
    if (hello != null) {
      account.discount(hello.readableBytes());
    }
    handler = contexts.newHandler(client.channel().alloc(), account.client().serverName());
    client.secure(handler);
    if (client.isInputDone()) {
      inputDone(client);
    }
  }

  @Override
  public void secured(Side side, @Nullable Throwable failure) {
    if (over || side != client) {
      return;
    }
    if (failure != null) {
      fail(failure.toString());
      return;
    }
    TlsDetails details = TlsDetails.of(Objects.requireNonNull(handler), startedMillis);
    if (details.isClientExpired(Instant.now())) {
      fail("the certificate of the client has expired since its first handshake");
    } else {
      over = true;
      account.client().tls(details);
      account.rules().counters().handshake(details, System.nanoTime() - startedNanos);
      owner.proceed();
    }
  }

  @Override
  public void inputDone(Side side) {
    fail("the client has left");
  }

  @Override
  public boolean lost(Side side, Throwable cause) {
    fail(cause.toString());
    return true;
  }

  @Override
  public long deadline() {
    return deadline;
  }

  @Override
  public void timedOut() {
    fail("no handshake in time");
  }

  @Override
  public void cancel(boolean reset) {
    over = true;
  }

  private void fail(String why) {
    if (!over) {
      over = true;
      LOG.debug("TLS handshake with {}: {}", account.client().source(), why);
      account.rules().counters().handshakeFailed();
      owner.end(CloseReason.TLS_HANDSHAKE);
    }
  }
}
