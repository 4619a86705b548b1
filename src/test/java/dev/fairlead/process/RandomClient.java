package dev.fairlead.process;

import dev.fairlead.testkit.FairleadProcess;
import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;

/**
 * Asks random members for random changes: pushes, sets and rollbacks. Each round it is given
 * another thread; the random choices are its own.
 */
final class RandomClient {
  /** Somebody else was faster, a member does not answer, or the revision is not known here. */
  private static final Set<Integer> REFUSALS = Set.of(404, 409, 503);

  private static final int MOST_WEIGHT = 1000;

  private final SplitCluster cluster;
  private final String name;
  private final Random random;
  private int changes;

  RandomClient(SplitCluster cluster, String name, long seed) {
    this.cluster = cluster;
    this.name = name;
    this.random = new Random(seed);
  }

  /**
   * A change that was answered with 200.
   *
   * @param id of its revision, empty = it can't be told from the history any more
   */
  record Acknowledged(String member, long revision, String id) {}

  /** Asks for {@code count} changes, one after the other; those that were acknowledged. */
  List<Acknowledged> change(int count) {
    List<Acknowledged> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<String> members = cluster.members();
      String member = members.get(random.nextInt(members.size()));
      FairleadProcess process = cluster.member(member);
      Acknowledged made = process == null ? null : change(member, process, this::ask);
      if (made != null) {
        all.add(made);
      }
    }
    return all;
  }

  /** Pushes through that member; null = it was refused. */
  Acknowledged push(String member) {
    return change(member, cluster.member(member), this::push);
  }

  /** Null = it was refused, or the member has died. */
  private static Acknowledged change(
      String name, FairleadProcess member, Function<FairleadProcess, HttpResponse<String>> change) {
    try {
      HttpResponse<String> answer = change.apply(member);
      if (answer.statusCode() == 200) {
        long revision = new JsonObject(answer.body()).getLong("revision");
        return new Acknowledged(name, revision, id(member, revision));
      }
      if (!REFUSALS.contains(answer.statusCode())) {
        throw new AssertionError(name + ": " + answer.statusCode() + " " + answer.body());
      }
      return null;
    } catch (UncheckedIOException died) {
      return null;
    }
  }

  private HttpResponse<String> ask(FairleadProcess member) {
    int kind = random.nextInt(10);
    if (kind < 6) {
      return push(member);
    }
    return kind < 8 ? set(member) : rollBack(member);
  }

  private HttpResponse<String> push(FairleadProcess member) {
    changes++;
    return member.push(cluster.document(name + " " + changes));
  }

  private HttpResponse<String> set(FairleadProcess member) {
    String backend = cluster.backendId(random.nextBoolean() ? "a" : "b");
    return member.send(
        "PATCH",
        "/api/v1/pools/web/backends/" + backend,
        new JsonObject().put("weight", 1 + random.nextInt(MOST_WEIGHT)));
  }

  private HttpResponse<String> rollBack(FairleadProcess member) {
    long to = Math.max(1, member.revision() - 1 - random.nextInt(5));
    return member.send("POST", "/api/v1/config/rollback", new JsonObject().put("revision", to));
  }

  private static String id(FairleadProcess member, long revision) {
    try {
      List<String> ids =
          SharedView.history(member).stream()
              .filter(past -> past.getLong("revision") == revision)
              .map(past -> past.getString("id"))
              .toList();
      return ids.size() == 1 ? ids.get(0) : "";
    } catch (UncheckedIOException died) {
      return "";
    }
  }
}
