package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.node.LoneNode;
import dev.fairlead.cluster.revision.ConfigStart.StartupConfig;
import dev.fairlead.cluster.revision.HookedMap.MapHook;
import dev.fairlead.cluster.signing.Secret;
import dev.fairlead.cluster.signing.SignedCommands;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Revision;
import dev.fairlead.config.text.Document;
import dev.fairlead.event.MemberInfo;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.AsyncMap;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * Several members' share in the configuration of a cluster, over one event bus and one map in this
 * process: as they behave in a cluster that is whole, without its network.
 */
final class FakeMembers implements AutoCloseable {
  static final String FIRST =
      """
      # the first
      listeners: [{ name: web, bind: '127.0.0.1:0', pool: web }]
      pools:
        - name: web
          backends: [{ host: 127.0.0.1, port: 9001 }, { host: 127.0.0.1, port: 9002 }]
      """;

  final Vertx vertx = Vertx.vertx();
  final AsyncMap<String, String> map =
      vertx.sharedData().<String, String>getAsyncMap(ConfigStore.MAP).await();
  private final Secret secret;
  private final SignedCommands signed;
  final List<FakeMember> members = new CopyOnWriteArrayList<>();

  /** Those whom the others see. */
  final List<FakeMember> hidden = new CopyOnWriteArrayList<>();

  FakeMembers() {
    this(null);
  }

  FakeMembers(Secret secret) {
    this.secret = secret;
    this.signed = SignedCommands.open(vertx, secret, InstantSource.system()).await();
  }

  /** One member's objects, all on one context. */
  final class FakeMember {
    final String name;
    final FakeLocal local = new FakeLocal(vertx);
    final Context context = vertx.getOrCreateContext();
    final ConfigStore store;
    final PreparedConfig prepared;
    final ConfigSync sync;
    final ConfigCommands commands;
    final CallHandler handler;
    volatile boolean draining;

    /** Who pushed through this member what was there already. */
    final List<Revision.Origin> unchanged = new CopyOnWriteArrayList<>();

    /** Between this member and the shared map. */
    volatile MapHook hook = (operation, args, real) -> real.get();

    FakeMember(String name) {
      this.name = name;
      AsyncMap<String, String> hooked =
          HookedMap.of(map, (operation, args, real) -> hook.call(operation, args, real));
      store = new ConfigStore(vertx, hooked, new RevisionCodec(secret));
      prepared = new PreparedConfig(vertx, local);
      sync = new ConfigSync(store, prepared, new RevisionLog(), (revision, superseded) -> {});
      handler = new CallHandler(prepared, sync, signed);
      ClusterNode node = new LoneNode(vertx, name);
      MemberCalls calls = new MemberCalls(node, name, signed, handler);
      ConfigPush push = new ConfigPush(node, store, calls, FakeMembers.this::infos);
      commands =
          new ConfigCommands(
              vertx, store, push, local, (revision, origin) -> unchanged.add(origin));
    }

    FakeMember start(String text) {
      starting(new StartupConfig(Document.of(ConfigFormat.YAML, text), null, List.of()), List.of())
          .await();
      return this;
    }

    /** Begins to start, with what it brings along. */
    Future<Void> starting(StartupConfig startup, List<Revision> kept) {
      SecretCheck check = new SecretCheck(new LoneNode(vertx, name), store, signed, name);
      return on(() -> handler.start(vertx, name))
          .compose(
              started ->
                  on(
                      () ->
                          new ConfigStart(vertx, store, check, prepared, sync)
                              .run(
                                  startup,
                                  kept,
                                  new Revision.Origin(
                                      Revision.Kind.FILE, "file:" + name, "file", null))));
    }

    JsonObject push(String text) {
      return on(() -> commands.push(body(text), "test")).await();
    }

    /** Runs {@code step} where the member's objects live. */
    <T> Future<T> on(Supplier<Future<T>> step) {
      Future<Void> begin = Future.succeededFuture();
      return Future.future(
          promise ->
              context.runOnContext(turn -> begin.compose(none -> step.get()).onComplete(promise)));
    }

    /** The next operation of that name on the newest revision goes to {@code hook}, once. */
    void onNextOfNewest(String name, MapHook once) {
      MapHook before = hook;
      hook =
          (operation, args, real) -> {
            if (operation.equals(name) && args.get(0).equals(ConfigStore.NEWEST)) {
              hook = before;
              return once.call(operation, args, real);
            }
            return before.call(operation, args, real);
          };
    }

    private MemberInfo info() {
      Revision applied = sync.applied();
      long revision = applied == null ? 0 : applied.revision();
      return new MemberInfo(
          name, name, null, "test", Instant.EPOCH, revision, 0, !draining, draining);
    }
  }

  static JsonObject body(String text) {
    return new JsonObject().put("config", text).put("format", "yaml");
  }

  /** A document that differs from {@link #FIRST} by the weight of its first backend. */
  static String withWeight(int weight) {
    return FIRST.replace("port: 9001 }", "port: 9001, weight: " + weight + " }");
  }

  FakeMember add(String name) {
    FakeMember member = new FakeMember(name);
    members.add(member);
    return member;
  }

  FakeMember start(String name) {
    return add(name).start(FIRST);
  }

  private List<MemberInfo> infos() {
    return members.stream().filter(each -> !hidden.contains(each)).map(FakeMember::info).toList();
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
