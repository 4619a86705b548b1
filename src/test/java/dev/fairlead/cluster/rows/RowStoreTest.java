package dev.fairlead.cluster.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.AsyncMap;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** A map of which a member that hangs holds a part: no access to it ever ends by itself. */
class RowStoreTest {
  private static final RowStore.Stored ROW = new RowStore.Stored(1, new JsonObject().put("x", 1));

  private final List<Promise<Object>> accesses = new ArrayList<>();
  private final RowStore store = new RowStore(hanging());

  @SuppressWarnings("unchecked")
  private AsyncMap<String, String> hanging() {
    return (AsyncMap<String, String>)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {AsyncMap.class},
            (proxy, method, arguments) -> {
              Promise<Object> access = Promise.promise();
              accesses.add(access);
              return access.future();
            });
  }

  @Test
  void oneWriteIsUnderWayAtMost() {
    store.put("a", ROW);
    store.put("a", ROW);
    assertThat(accesses).hasSize(1);
    accesses.get(0).complete();
    store.put("a", ROW);
    assertThat(accesses).hasSize(2);
  }

  @Test
  void oneReadOfEachRowIsUnderWayAtMost() {
    Future<Optional<RowStore.Stored>> first = store.get("a");
    Future<Optional<RowStore.Stored>> second = store.get("a");
    store.get("b");
    assertThat(accesses).hasSize(2);
    accesses.get(0).complete("{\"seq\":7,\"fields\":{\"x\":2}}");
    assertThat(first.result()).contains(new RowStore.Stored(7, new JsonObject().put("x", 2)));
    assertThat(second.result()).isEqualTo(first.result());
    store.get("a");
    assertThat(accesses).hasSize(3);
  }

  @Test
  void whoAsksAnewIsNotAnsweredByTheReadThatWasUnderWay() {
    store.get("a");
    Future<Optional<RowStore.Stored>> anew = store.getAnew("a");
    Future<Optional<RowStore.Stored>> too = store.getAnew("a");
    assertThat(accesses).hasSize(1);
    accesses.get(0).complete("{\"seq\":7,\"fields\":{}}");
    assertThat(accesses).hasSize(2);
    accesses.get(1).complete(null);
    assertThat(anew.result()).isEmpty();
    assertThat(too.result()).isEmpty();
  }

  @Test
  void whatIsNoRowIsNone() {
    Future<Optional<RowStore.Stored>> read = store.get("a");
    accesses.get(0).complete("no json");
    assertThat(read.result()).isEmpty();
  }

  @Test
  void removalComesAfterTheWriteBefore() {
    store.put("a", ROW);
    Future<Void> removed = store.remove("a");
    assertThat(accesses).hasSize(1);
    accesses.get(0).fail("no");
    assertThat(accesses).hasSize(2);
    accesses.get(1).fail("no");
    assertThat(removed.succeeded()).isTrue();
  }

  @Test
  void hangingAccessIsGivenUp() {
    Future<Void> written = store.put("a", ROW);
    Future<Optional<RowStore.Stored>> read = store.get("a");
    await().until(() -> written.isComplete() && read.isComplete());
    assertThat(written.cause()).isInstanceOf(TimeoutException.class);
    assertThat(read.cause()).isInstanceOf(TimeoutException.class);
  }

  @Test
  void accessThatThrowsHasFailed() {
    AsyncMap<String, String> shutDown = throwing();
    RowStore dead = new RowStore(shutDown);
    assertThat(dead.put("a", ROW).failed()).isTrue();
    assertThat(dead.get("a").failed()).isTrue();
    assertThat(dead.remove("a").succeeded()).isTrue();
  }

  @SuppressWarnings("unchecked")
  private AsyncMap<String, String> throwing() {
    return (AsyncMap<String, String>)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {AsyncMap.class},
            (proxy, method, arguments) -> {
              throw new IllegalStateException("shut down");
            });
  }
}
