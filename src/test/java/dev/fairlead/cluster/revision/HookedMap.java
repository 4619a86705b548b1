package dev.fairlead.cluster.revision;

import io.vertx.core.Future;
import io.vertx.core.shareddata.AsyncMap;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Supplier;

/** A shared map each of whose operations a test may see, replace or delay. */
final class HookedMap {
  /** Told of every operation, with its key as the first argument where there is one. */
  interface MapHook {
    Future<?> call(String operation, List<Object> args, Supplier<Future<?>> real);
  }

  private HookedMap() {}

  @SuppressWarnings("unchecked")
  static AsyncMap<String, String> of(AsyncMap<String, String> map, MapHook hook) {
    return (AsyncMap<String, String>)
        Proxy.newProxyInstance(
            HookedMap.class.getClassLoader(),
            new Class<?>[] {AsyncMap.class},
            (proxy, method, args) ->
                hook.call(
                    method.getName(),
                    args == null ? List.of() : List.of(args),
                    () -> {
                      try {
                        return (Future<?>) method.invoke(map, args);
                      } catch (IllegalAccessException | InvocationTargetException e) {
                        throw new IllegalStateException(e);
                      }
                    }));
  }
}
