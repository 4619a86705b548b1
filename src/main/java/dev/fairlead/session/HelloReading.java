package dev.fairlead.session;

import dev.fairlead.config.TlsConfig.ListenerTls;
import dev.fairlead.config.TlsConfig.StartTls;
import dev.fairlead.net.tls.ClientHelloReader;
import dev.fairlead.net.tls.PostgresStartTls;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the ClientHello of a client, which stays where it is for the backend. Where the listener
 * has it so, PostgreSQL's request for TLS is answered first. On the session's event loop.
 */
final class HelloReading implements Step {
  private static final Logger LOG = LoggerFactory.getLogger(HelloReading.class);

  private final StepOwner owner;
  private final SessionAccount account;
  private final Side client;
  private final ClientHelloReader reader = new ClientHelloReader();
  private final long deadline;
  private boolean over;

  /** PostgreSQL's requests that may still come. */
  private boolean maySendGssenc;

  private boolean maySendSsl;

  HelloReading(LoopContext loop, StepOwner owner, SessionAccount account, Side client) {
    this.owner = owner;
    this.account = account;
    this.client = client;
    ListenerTls tls = Objects.requireNonNull(account.rules().tls()).config();
    this.deadline = loop.now() + tls.helloTimeout().toNanos();
    this.maySendSsl = tls.startTls() == StartTls.POSTGRES;
    this.maySendGssenc = maySendSsl;
  }

  @Override
  public void begin() {
    owner.wakeBy(deadline);
    received();
    if (client.isInputDone()) {
      inputDone(client);
    }
  }

  @Override
  public void received() {
    ByteBuf bytes = client.early();
    if (bytes == null || over || (maySendSsl && answered(bytes))) {
      return;
    }
    switch (reader.read(bytes)) {
      case WITH_NAME, WITHOUT_NAME -> {
        over = true;
        account.client().hello(reader.hello());
        owner.proceed();
      }
      case NOT_A_HELLO -> {
        LOG.debug("no ClientHello from {}: {}", account.client().source(), reader.fault());
        refuse();
      }
      case NEEDS_MORE -> {
        // The next read brings more, or the deadline ends the wait.
      }
    }
  }

  /** True = it is answered, or not whole yet; false = it is none of PostgreSQL's requests. */
  private boolean answered(ByteBuf bytes) {
    switch (PostgresStartTls.recognise(bytes)) {
      case NEEDS_MORE -> {
        return true;
      }
      case SSL_REQUEST -> {
        maySendSsl = false;
        account.client().startTls();
        answer('S');
        return true;
      }
      case GSSENC_REQUEST -> {
        if (maySendGssenc) {
          maySendGssenc = false;
          answer('N');
          return true;
        }
      }
      case OTHER -> {
        // Direct TLS, or no TLS at all: the reader tells.
      }
    }
    maySendSsl = false;
    return false;
  }

  private void answer(char byteToSend) {
    account.discount(PostgresStartTls.REQUEST_BYTES);
    client.dropEarly(PostgresStartTls.REQUEST_BYTES);
    client.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {(byte) byteToSend}));
  }

  @Override
  public void inputDone(Side side) {
    // A client that has sent nothing at all has only looked whether somebody is there.
    if (!over && (client.early() != null || account.client().isStartTls())) {
      over = true;
      owner.end(CloseReason.HELLO);
    }
  }

  @Override
  public long deadline() {
    return deadline;
  }

  @Override
  public void timedOut() {
    refuse();
  }

  @Override
  public void cancel(boolean reset) {
    over = true;
  }

  private void refuse() {
    over = true;
    owner.refuse(CloseReason.HELLO);
  }
}
