package dev.fairlead.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Hosts that can be split: network namespaces, each with one address, joined by a bridge in another
 * namespace, and a second bridge for those that are cut off. Nothing outside of them is touched;
 * closing deletes them. One thread.
 */
public final class Namespaces implements AutoCloseable {
  private static final String WHOLE = "whole";
  private static final String AWAY = "away";

  private final String prefix =
      "fairlead-" + UUID.randomUUID().toString().substring(0, 8).replace("-", "");
  private final String hub = prefix + "-hub";
  private final int size;

  private Namespaces(int size) {
    this.size = size;
  }

  /** Why there can't be any here, empty = there can: needs root and the command {@code ip}. */
  public static String unavailable() {
    try (Namespaces probe = of(1)) {
      probe.ip("netns", "exec", probe.name(1), "true");
      return "";
    } catch (IllegalStateException e) {
      return "no network namespaces here (needs root and the command ip): " + e.getMessage();
    }
  }

  /** Makes hosts 1 to {@code size}, which all reach each other. */
  public static Namespaces of(int size) {
    Namespaces made = new Namespaces(size);
    try {
      made.make();
      return made;
    } catch (IllegalStateException e) {
      made.close();
      throw e;
    }
  }

  private void make() {
    ip("netns", "add", hub);
    for (String bridge : List.of(WHOLE, AWAY)) {
      ip("-n", hub, "link", "add", bridge, "type", "bridge", "forward_delay", "0");
      ip("-n", hub, "link", "set", bridge, "up");
    }
    for (int host = 1; host <= size; host++) {
      make(host);
    }
  }

  private void make(int host) {
    String name = name(host);
    ip("netns", "add", name);
    ip("-n", hub, "link", "add", port(host), "type", "veth", "peer", "eth0", "netns", name);
    ip("-n", name, "addr", "add", address(host) + "/24", "dev", "eth0");
    ip("-n", name, "link", "set", "lo", "up");
    ip("-n", name, "link", "set", "eth0", "up");
    ip("-n", hub, "link", "set", port(host), "master", WHOLE);
    ip("-n", hub, "link", "set", port(host), "up");
  }

  public String address(int host) {
    return "10.77.0." + host;
  }

  /** What a shell runs as the last of {@link Launch#after}, so that the process is on the host. */
  public String shell(int host) {
    return "exec ip netns exec " + name(host) + " \"$0\" \"$@\"";
  }

  /** What comes before a command that is to run on the host. */
  public List<String> command(int host) {
    return List.of("ip", "netns", "exec", name(host));
  }

  /** Pulls the cable of a host: nothing arrives there or comes from it, no FIN and no reset. */
  public void unplug(int host) {
    ip("-n", hub, "link", "set", port(host), "down");
  }

  /** Files here take the place of those in {@code /etc} for what {@link #shell} starts. */
  public Path etc(int host) {
    return Path.of("/etc/netns", name(host));
  }

  /** From now on these hosts reach only each other; no connection is closed. */
  public void cutOff(List<Integer> hosts) {
    hosts.forEach(host -> ip("-n", hub, "link", "set", port(host), "master", AWAY));
  }

  /** All reach each other again. */
  public void join() {
    for (int host = 1; host <= size; host++) {
      ip("-n", hub, "link", "set", port(host), "master", WHOLE);
    }
  }

  @Override
  public void close() {
    for (int host = 1; host <= size; host++) {
      delete(name(host));
    }
    delete(hub);
  }

  private void delete(String name) {
    try {
      ip("netns", "del", name);
    } catch (IllegalStateException e) {
      // It was not made.
    }
  }

  private String name(int host) {
    return prefix + "-" + host;
  }

  private static String port(int host) {
    return "port" + host;
  }

  private void ip(String... arguments) {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(TestRun.PATIENCE.toSeconds(), TimeUnit.SECONDS)
          || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(String.join(" ", command) + ": " + output);
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }
}
