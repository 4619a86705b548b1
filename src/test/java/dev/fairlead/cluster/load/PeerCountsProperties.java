package dev.fairlead.cluster.load;

import static org.assertj.core.api.Assertions.assertThatCode;

import dev.fairlead.admission.SourceLimit;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** Any application of the cluster can write a row of any content. */
class PeerCountsProperties {

  @Provide
  Arbitrary<String> key() {
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(40),
        Arbitraries.strings()
            .withChars("[]:.%/0123456789afz")
            .ofMaxLength(40)
            .map(text -> "web/" + text));
  }

  @Provide
  Arbitrary<Object> value() {
    return Arbitraries.oneOf(
        Arbitraries.integers().map(Object.class::cast),
        Arbitraries.longs().map(Object.class::cast),
        Arbitraries.doubles().map(Object.class::cast),
        Arbitraries.strings().map(Object.class::cast),
        Arbitraries.of(true, new JsonObject(), List.of(1)));
  }

  @Property(tries = 300)
  void rowsOfAnyContentNeverThrow(
      @ForAll @Size(max = 3)
          List<@Size(max = 5) Map<@From("key") String, @From("value") Object>> changes) {
    SourceLimit limit = new SourceLimit("web");
    limit.configure(10, true);
    SourceRow sources = new SourceRow();
    sources.follow(List.of(limit));
    for (PeerCounts peers :
        List.of(new PeerCounts(sources::receiver), new PeerCounts(new LoadRow()::receiver))) {
      assertThatCode(
              () -> {
                changes.forEach(fields -> peers.changed("a", new JsonObject(fields)));
                peers.follow();
                peers.second();
                peers.gone("a");
              })
          .doesNotThrowAnyException();
    }
  }
}
