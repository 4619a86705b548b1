package dev.fairlead.session.route;

import dev.fairlead.config.Cidr;
import dev.fairlead.session.route.RouteTable.RoutePattern;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What finding a route costs: half of the names exact, half of them wildcards, each with a
 * condition for protocol and source.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class RouteTableBenchmark {
  private static final int CLIENTS = 1 << 14;
  private static final List<String> ALPN = List.of("h2", "http/1.1");

  @Param({"100", "10000"})
  public int names;

  /** Deep: names of 127 labels, the most that a name can have, below no wildcard. */
  @Param({"exact", "wildcard", "miss", "deep"})
  public String answer;

  private final InetAddress source = Cidr.of("10.1.2.3").network();
  private final byte[][] sent = new byte[CLIENTS][];
  private RouteTable<Integer> table;
  private int client;

  @Setup
  public void setUp() {
    List<RoutePattern<Integer>> routes = new ArrayList<>();
    for (int i = 0; i < names; i++) {
      String name = i % 2 == 0 ? host(i) : "*." + host(i);
      routes.add(
          new RoutePattern<>(List.of(name), List.of("h2"), List.of(Cidr.of("10.0.0.0/8")), i));
    }
    Collections.shuffle(routes, new Random(1));
    table = new RouteTable<>(routes);
    for (int i = 0; i < CLIENTS; i++) {
      int number = 2 * (i % (names / 2));
      String name =
          switch (answer) {
            case "exact" -> host(number);
            case "wildcard" -> "a.b." + host(number + 1);
            case "miss" -> "www." + host(number);
            default -> "a.".repeat(126) + (char) ('a' + i % 26);
          };
      sent[i] = name.getBytes(StandardCharsets.US_ASCII);
    }
  }

  private static String host(int number) {
    return "customer-" + number + ".apps.example.com";
  }

  /** The name is a new text each time, as it is when it was read from a hello. */
  @Benchmark
  public @Nullable Integer find() {
    client = (client + 1) & (CLIENTS - 1);
    return table.find(new String(sent[client], StandardCharsets.US_ASCII), ALPN, source);
  }
}
