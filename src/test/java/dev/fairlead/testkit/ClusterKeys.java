package dev.fairlead.testkit;

import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The cluster of a test on 127.0.0.1: a name that no other has, and a port for each member.
 *
 * @param ports of the members; each gets all of them
 */
public record ClusterKeys(String name, List<Integer> ports) {

  /** A cluster of as many members as that. */
  public static ClusterKeys of(int members) {
    return new ClusterKeys("test-" + UUID.randomUUID(), FreePorts.next(members));
  }

  /** The section {@code cluster} of the member whose port is at {@code index}, in YAML. */
  public String yaml(int index, List<String> more) {
    StringBuilder text = new StringBuilder("cluster:\n");
    text.append("  enabled: true\n");
    text.append("  name: ").append(name).append('\n');
    text.append("  host: 127.0.0.1\n");
    text.append("  port: ").append(ports.get(index)).append('\n');
    text.append("  discovery: { members: [").append(addresses()).append("] }\n");
    more.forEach(line -> text.append("  ").append(line).append('\n'));
    return text.toString();
  }

  /** Where a node finds the first member. */
  public String first() {
    return "127.0.0.1:" + ports.get(0);
  }

  private String addresses() {
    return ports.stream().map(port -> "'127.0.0.1:" + port + "'").collect(Collectors.joining(", "));
  }
}
