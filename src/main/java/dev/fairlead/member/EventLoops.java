package dev.fairlead.member;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;

import dev.fairlead.config.PoolConfig.Closing;
import dev.fairlead.listener.ListenerVerticle;
import dev.fairlead.net.Transport;
import dev.fairlead.session.CloseReason;
import dev.fairlead.session.GradualClose.QuietSession;
import dev.fairlead.session.GradualClose.Wanted;
import dev.fairlead.session.GradualClose.Whose;
import dev.fairlead.session.SessionListener;
import dev.fairlead.session.SessionLoop;
import dev.fairlead.session.SessionRecord;
import dev.fairlead.session.limit.SessionCount;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The event loops of the data path, one {@link ListenerVerticle} each, and the sessions on them.
 * Every method may be called from any thread and does not block.
 *
 * @param deployment the id under which Vert.x undeploys them
 */
record EventLoops(
    Transport transport, List<ListenerVerticle> verticles, SessionCount count, String deployment) {
  /** Session ids begin with a random number below 36 to the power of 7, drawn at the start. */
  private static final long ID_SPACE = 78_364_164_096L;

  EventLoops {
    verticles = List.copyOf(verticles);
  }

  /** Deploys one verticle on each of the {@code loops} event loops of {@code vertx}. */
  static Future<EventLoops> deploy(
      Vertx vertx, Transport transport, int loops, SessionListener listener, SessionCount count) {
    List<ListenerVerticle> verticles = Collections.synchronizedList(new ArrayList<>());
    AtomicInteger index = new AtomicInteger();
    String process = Long.toString(ThreadLocalRandom.current().nextLong(ID_SPACE), 36);
    return vertx
        .deployVerticle(
            () -> {
              String prefix = process + "-" + index.getAndIncrement() + "-";
              SessionLoop.Identity identity = new SessionLoop.Identity(prefix, count);
              ListenerVerticle verticle =
                  new ListenerVerticle(
                      loop -> new SessionLoop(loop, transport, listener, identity));
              verticles.add(verticle);
              return verticle;
            },
            new DeploymentOptions().setInstances(loops))
        .map(id -> new EventLoops(transport, verticles, count, id));
  }

  /** The live sessions. */
  Future<List<SessionRecord>> sessions() {
    return fromEach(SessionLoop::records).map(all -> all.stream().flatMap(List::stream).toList());
  }

  /** Ends the session of that id with reason {@code admin}; false = no such session. */
  Future<Boolean> end(String session) {
    return fromEach(loop -> loop.end(session)).map(ended -> ended.contains(true));
  }

  /** Ends all live sessions, evenly distributed over {@code time}; zero = at once. */
  void endSessions(Duration time) {
    onEach(time.isZero() ? SessionLoop::endAll : loop -> loop.endOver(time));
  }

  /** Ends the sessions that a backend or listener has now, at the times of {@code closing}. */
  void endSessionsOf(Whose whose, Closing closing, CloseReason reason) {
    onEach(loop -> loop.endThose(whose, closing, reason));
  }

  /**
   * Ends the quietest sessions of those {@code wanted}, with a FIN to both peers; returns how many.
   */
  Future<Integer> endGently(Wanted wanted, CloseReason reason) {
    return fromEach(loop -> loop.candidates(wanted))
        .compose(
            all -> {
              Map<SessionLoop, Set<String>> chosen =
                  all.stream()
                      .flatMap(List::stream)
                      .sorted(Comparator.comparingLong(QuietSession::quietNanos).reversed())
                      .limit(wanted.most())
                      .collect(groupingBy(QuietSession::loop, mapping(QuietSession::id, toSet())));
              return fromEach(
                  loop -> loop.endGently(chosen.getOrDefault(loop, Set.of()), wanted, reason));
            })
        .map(ended -> ended.stream().mapToInt(Integer::intValue).sum());
  }

  /** Takes back what {@link #endSessionsOf} has planned so: the sessions not yet ended stay. */
  void keepSessionsOf(BiPredicate<Whose, CloseReason> planned) {
    onEach(loop -> loop.keepThose(planned));
  }

  private <T> Future<List<T>> fromEach(Function<SessionLoop, T> query) {
    List<Future<T>> answers =
        verticles.stream().map(each -> each.run(() -> query.apply(each.loop()))).toList();
    return Future.join(answers).map(done -> answers.stream().map(Future::result).toList());
  }

  private void onEach(Consumer<SessionLoop> action) {
    fromEach(
        loop -> {
          action.accept(loop);
          return true;
        });
  }
}
