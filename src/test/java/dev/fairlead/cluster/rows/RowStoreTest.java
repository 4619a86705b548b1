package dev.fairlead.cluster.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.testkit.LogWatch;
import dev.fairlead.testkit.Logs;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.AsyncMap;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A map of which a member that hangs holds a part: no access to it ever ends by itself. */
class RowStoreTest {
  private static final RowStore.StoredRow ROW =
      new RowStore.StoredRow(1, new JsonObject().put("x", 1));

  private final List<Promise<Object>> accesses = new ArrayList<>();
  private final RowOutage outage = new RowOutage();
  private final RowStore store = new RowStore(hanging(), outage);

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

  /** Else it would fail, and be logged, during another test. */
  @AfterEach
  void answerAll() {
    accesses.forEach(Promise::tryComplete);
  }

  @Test
  void atMostOneWriteIsPending() {
    store.put("a", ROW);
    store.put("a", ROW);
    assertThat(accesses).hasSize(1);
    accesses.get(0).complete();
    store.put("a", ROW);
    assertThat(accesses).hasSize(2);
  }

  @Test
  void atMostOneReadOfEachRowIsPending() {
    Future<Optional<RowStore.StoredRow>> first = store.get("a");
    Future<Optional<RowStore.StoredRow>> second = store.get("a");
    store.get("b");
    assertThat(accesses).hasSize(2);
    accesses.get(0).complete("{\"seq\":7,\"fields\":{\"x\":2}}");
    assertThat(first.result()).contains(new RowStore.StoredRow(7, new JsonObject().put("x", 2)));
    assertThat(second.result()).isEqualTo(first.result());
    store.get("a");
    assertThat(accesses).hasSize(3);
  }

  @Test
  void newReadIsNotAnsweredByThePendingOne() {
    store.get("a");
    Future<Optional<RowStore.StoredRow>> anew = store.getAnew("a");
    Future<Optional<RowStore.StoredRow>> too = store.getAnew("a");
    assertThat(accesses).hasSize(1);
    accesses.get(0).complete("{\"seq\":7,\"fields\":{}}");
    assertThat(accesses).hasSize(2);
    accesses.get(1).complete(null);
    assertThat(anew.result()).isEmpty();
    assertThat(too.result()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no json",
        "",
        "null",
        "7",
        "[]",
        "{}",
        "{\"seq\":null,\"fields\":{}}",
        "{\"seq\":\"x\",\"fields\":{}}",
        "{\"seq\":1,\"fields\":null}",
        "{\"seq\":1,\"fields\":[]}"
      })
  void textThatIsNoRowCountsAsNone(String text) {
    Future<Optional<RowStore.StoredRow>> read = store.get("a");
    accesses.get(0).complete(text);
    assertThat(read.succeeded()).isTrue();
    assertThat(read.result()).isEmpty();
  }

  @Test
  @Logs("rows of this member can't be written to the shared maps: ")
  void anOutageOfAllTablesIsLoggedOnce(LogWatch logged) {
    List<RowStore> tables =
        Stream.generate(() -> new RowStore(hanging(), outage)).limit(4).toList();
    tables.forEach(table -> table.put("a", ROW));
    failAll();
    assertThat(logged.lines()).hasSize(1);
    tables.get(0).put("a", ROW);
    accesses.get(4).complete();
    tables.get(0).put("a", ROW);
    failAll();
    assertThat(logged.lines()).as("the others have not recovered").hasSize(1);
  }

  private void failAll() {
    accesses.forEach(access -> access.tryFail("no"));
  }

  @Test
  @Logs("RowOutage - rows of this member can't be written to the shared maps: ")
  void removalComesAfterThePendingWrite() {
    store.put("a", ROW);
    Future<Void> removed = store.remove("a");
    assertThat(accesses).hasSize(1);
    accesses.get(0).fail("no");
    assertThat(accesses).hasSize(2);
    accesses.get(1).fail("no");
    assertThat(removed.succeeded()).isTrue();
  }

  @Test
  @Logs("RowOutage - rows of this member can't be written to the shared maps: ")
  void hangingAccessFailsAfterTheTimeLimit() {
    Future<Void> written = store.put("a", ROW);
    Future<Optional<RowStore.StoredRow>> read = store.get("a");
    await().until(() -> written.isComplete() && read.isComplete());
    assertThat(written.cause())
        .isInstanceOf(TimeoutException.class)
        .hasMessage("no answer within 3 s");
    assertThat(read.cause()).isInstanceOf(TimeoutException.class);
  }

  @Test
  @Logs("shared maps: java.lang.IllegalStateException: shut down")
  void accessThatThrowsHasFailed() {
    AsyncMap<String, String> shutDown = throwing();
    RowStore dead = new RowStore(shutDown, outage);
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
