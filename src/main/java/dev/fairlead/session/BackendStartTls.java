package dev.fairlead.session;

import dev.fairlead.net.tls.PostgresStartTls;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Asks a backend of PostgreSQL for TLS, as its client has asked this member: the client's hello
 * follows only when the backend agrees. On the session's event loop.
 */
final class BackendStartTls implements Step {
  private final StepOwner owner;
  private final Side backend;
  private final long deadline;
  private boolean over;

  BackendStartTls(LoopContext loop, StepOwner owner, SessionAccount account, Side backend) {
    this.owner = owner;
    this.backend = backend;
    this.deadline =
        loop.now() + account.destination().pool().config().connect().timeout().toNanos();
  }

  @Override
  public void begin() {
    owner.wakeBy(deadline);
    backend.writeAndFlush(Unpooled.wrappedBuffer(PostgresStartTls.sslRequest()));
  }

  @Override
  public void received() {
    ByteBuf bytes = backend.early();
    if (bytes == null || over) {
      return;
    }
    over = true;
    // One byte: more of them came from somebody in between, who cannot encrypt.
    if (bytes.readableBytes() == 1 && bytes.getByte(bytes.readerIndex()) == 'S') {
      backend.dropEarly(1);
      owner.proceed();
    } else {
      fail();
    }
  }

  @Override
  public void inputDone(Side side) {
    if (side == backend) {
      fail();
    }
  }

  @Override
  public long deadline() {
    return deadline;
  }

  @Override
  public void timedOut() {
    fail();
  }

  @Override
  public void cancel(boolean reset) {
    over = true;
  }

  private void fail() {
    over = true;
    owner.end(CloseReason.CONNECT_FAILED);
  }
}
