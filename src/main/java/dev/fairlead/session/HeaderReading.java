package dev.fairlead.session;

import dev.fairlead.admission.ListenerLimiter;
import dev.fairlead.config.ProxyProtocolConfig.AcceptProxy;
import dev.fairlead.net.proxy.HeaderRead;
import dev.fairlead.net.proxy.ProxyHeaderReader;
import dev.fairlead.session.ListenerCounters.HeaderResult;
import io.netty.buffer.ByteBuf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the PROXY header that a client may have to send first. Where it need not, a client that
 * begins with something else is served at once, and one that is silent after the time-out: then the
 * backend speaks first. The wait holds one of {@link ListenerLimiter#headers}. On the session's
 * event loop.
 */
final class HeaderReading implements Step {
  private static final Logger LOG = LoggerFactory.getLogger(HeaderReading.class);

  private final StepOwner owner;
  private final SessionAccount account;
  private final AcceptProxy config;
  private final Side client;
  private final ProxyHeaderReader reader;
  private final long deadline;

  /** It has a permit, to be given back when it is {@link #over}. */
  private boolean waits;

  private boolean over;

  HeaderReading(
      LoopContext loop, StepOwner owner, SessionAccount account, AcceptProxy config, Side client) {
    this.owner = owner;
    this.account = account;
    this.config = config;
    this.client = client;
    this.reader = new ProxyHeaderReader(config.maxTlvBytes());
    this.deadline = loop.now() + config.timeout().toNanos();
  }

  @Override
  public void begin() {
    ListenerLimiter limiter = account.rules().limiter();
    waits = limiter.headers().tryTake();
    if (waits) {
      owner.wakeBy(deadline);
      received();
    } else {
      over = true;
      owner.refuse(Waiting.refusal(limiter));
    }
  }

  @Override
  public void received() {
    ByteBuf bytes = client.early();
    if (bytes == null || over) {
      return;
    }
    HeaderRead read = reader.read(bytes);
    if (read instanceof HeaderRead.Complete complete) {
      account.client().header(complete.header());
      account.discount(complete.bytes());
      client.dropEarly(complete.bytes());
      proceed(HeaderResult.ACCEPTED);
    } else if (read instanceof HeaderRead.Malformed malformed) {
      LOG.debug("PROXY header from {}: {}", account.client().peer(), malformed.reason());
      refuse(HeaderResult.MALFORMED);
    } else if (read instanceof HeaderRead.NotProxy) {
      if (config.required()) {
        refuse(HeaderResult.MISSING);
      } else {
        proceed(HeaderResult.NONE);
      }
    }
  }

  @Override
  public void inputDone(Side side) {
    if (over || client.early() == null) {
      return;
    }
    end();
    account.rules().counters().header(HeaderResult.CLOSED);
    owner.end(CloseReason.PROXY_HEADER);
  }

  @Override
  public long deadline() {
    return deadline;
  }

  @Override
  public void timedOut() {
    if (client.early() == null && !config.required()) {
      proceed(HeaderResult.NONE);
    } else {
      refuse(HeaderResult.TIMEOUT);
    }
  }

  @Override
  public void cancel(boolean reset) {
    end();
  }

  private void end() {
    over = true;
    if (waits) {
      waits = false;
      account.rules().limiter().headers().giveBack();
    }
  }

  private void proceed(HeaderResult result) {
    end();
    account.rules().counters().header(result);
    owner.proceed();
  }

  private void refuse(HeaderResult result) {
    end();
    account.rules().counters().header(result);
    owner.refuse(CloseReason.PROXY_HEADER);
  }
}
