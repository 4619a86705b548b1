package dev.fairlead.session;

import dev.fairlead.net.Transport;
import dev.fairlead.session.ListenerRules.HeaderRules;
import dev.fairlead.session.ListenerRules.TlsRules;
import dev.fairlead.session.Step.StepOwner;
import dev.fairlead.session.route.Destination;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a session before it relays, in their order: PROXY header, limits of the listener,
 * ClientHello, route, TLS, backend. Most sessions need only the last one. A part of {@link Session}
 * that is not an object of its own, which each connection would have to allocate; on the session's
 * event loop.
 */
abstract class Opening extends Deadlines.Entry implements StepOwner {
  final LoopContext loop;
  final SessionAccount account;
  final SessionTimer timer;
  final Side client;
  private Stage stage = Stage.HEADER;

  /** What comes next. */
  private enum Stage {
    HEADER,
    ADMISSION,
    HELLO,
    ROUTE,
    HANDSHAKE,
    BACKEND
  }

  Opening(LoopContext loop, SessionAccount account) {
    this.loop = loop;
    this.account = account;
    this.client = new Side(this);
    this.timer = new SessionTimer(loop.clock());
  }

  @Override
  public final Transport transport() {
    return loop.transport();
  }

  /** The step that follows those which are over; after the last one there is none to ask for. */
  final Step next() {
    Step step = null;
    while (step == null) {
      switch (stage) {
        case HEADER -> {
          stage = Stage.ADMISSION;
          step = header();
        }
        case ADMISSION -> {
          stage = Stage.HELLO;
          step = admission();
        }
        case HELLO -> {
          stage = Stage.ROUTE;
          step = hello();
        }
        case ROUTE -> {
          stage = Stage.HANDSHAKE;
          step = route();
        }
        case HANDSHAKE -> {
          stage = Stage.BACKEND;
          step = handshake();
        }
        case BACKEND -> step = backend();
      }
    }
    return step;
  }

  private @Nullable Step header() {
    HeaderRules rules = account.rules().header();
    if (rules == null || !rules.isTrusted(account.client().peer())) {
      return null;
    }
    account.phase(Phase.HEADER);
    return new HeaderReading(loop, this, account, rules.config(), client);
  }

  private @Nullable Step admission() {
    CloseReason refusal = account.isCounted() ? null : account.admit();
    if (refusal != null) {
      return refusal(refusal);
    }
    if (account.isAdmitted()) {
      return null;
    }
    account.phase(Phase.QUEUE);
    return new Waiting.ForConnection(loop, account, this);
  }

  private @Nullable Step hello() {
    TlsRules tls = account.rules().tls();
    if (tls == null) {
      return null;
    }
    account.phase(Phase.HELLO);
    return new HelloReading(loop, this, account, client);
  }

  private @Nullable Step route() {
    ClientIdentity of = account.client();
    Destination found = account.rules().routes().find(of.serverName(), of.alpn(), of.address());
    if (found == null) {
      return refusal(CloseReason.NO_ROUTE);
    }
    account.route(found);
    timer.route(found.pool().config().timeouts());
    return null;
  }

  private @Nullable Step handshake() {
    TlsRules tls = account.rules().tls();
    if (tls == null || tls.contexts() == null) {
      return null;
    }
    account.phase(Phase.HANDSHAKE);
    Duration timeout = Objects.requireNonNull(tls.config().terminate()).handshakeTimeout();
    return new TlsHandshake(loop, this, account, client, tls.contexts().get(), timeout);
  }

  private Step backend() {
    account.phase(Phase.CONNECT);
    account.startRelay();
    return new Connector(loop, account, this, client.channel());
  }

  private Step refusal(CloseReason why) {
    return Refusal.byListener(loop, this, account, client, why);
  }
}
