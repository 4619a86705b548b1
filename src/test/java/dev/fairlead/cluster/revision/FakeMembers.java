package dev.fairlead.cluster.revision;

import dev.fairlead.cluster.SecretCheck;
import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.revision.Draft.Who;
import dev.fairlead.cluster.signing.SignedCommands;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Revision;
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
  private final SignedCommands signed =
      SignedCommands.open(vertx, null, InstantSource.system()).await();
  final List<FakeMember> members = new CopyOnWriteArrayList<>();

  /** Those whom the others see. */
  final List<FakeMember> hidden = new CopyOnWriteArrayList<>();

  /** One member's objects, all on one context. */
  final class FakeMember {
    final String name;
    final FakeLocal local = new FakeLocal();
    final Context context = vertx.getOrCreateContext();
    final ConfigStore store;
    final PreparedConfig holds;
    final ConfigSync sync;
    final ConfigCommands commands;
    final CallHandler handler;
    volatile boolean draining;

    FakeMember(String name) {
      this.name = name;
      store = new ConfigStore(vertx, map, new RevisionCodec(null));
      holds = new PreparedConfig(vertx, local);
      sync = new ConfigSync(store, holds, (revision, superseded) -> {});
      handler = new CallHandler(holds, sync, signed);
      Node node = new Node(name);
      PushRound round =
          new PushRound(node, store, new MemberCalls(node, signed), FakeMembers.this::infos);
      commands = new ConfigCommands(vertx, store, new ConfigPush(vertx, store, round), local);
    }

    FakeMember start(String text) {
      starting(new StartupConfig(ConfigFormat.YAML, text, null, List.of()), List.of()).await();
      return this;
    }

    /** Begins to start, with what it brings along. */
    Future<Void> starting(StartupConfig beginning, List<Revision> kept) {
      SecretCheck check = new SecretCheck(new Node(name), store, null);
      return on(() -> handler.start(vertx, name))
          .compose(
              started ->
                  on(
                      () ->
                          new ConfigStart(vertx, store, check, holds, sync)
                              .run(beginning, kept, new Who("file:" + name, "file"))));
    }

    JsonObject push(String text) {
      return on(() -> commands.push(body(text), "test")).await();
    }

    /** Runs {@code step} where the member's objects live. */
    <T> Future<T> on(Supplier<Future<T>> step) {
      return Future.future(promise -> context.runOnContext(turn -> step.get().onComplete(promise)));
    }

    private MemberInfo info() {
      Revision applied = sync.applied();
      long revision = applied == null ? 0 : applied.revision();
      return new MemberInfo(
          name, name, null, "test", Instant.EPOCH, revision, 0, !draining, draining);
    }
  }

  /** A node of that id, as if there were others. */
  private final class Node implements ClusterNode {
    private final String id;

    private Node(String id) {
      this.id = id;
    }

    @Override
    public Vertx vertx() {
      return vertx;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public String address() {
      return null;
    }

    @Override
    public List<String> nodes() {
      return List.of(id);
    }

    @Override
    public void listen(Listener listener) {
      // Nobody comes or goes.
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
