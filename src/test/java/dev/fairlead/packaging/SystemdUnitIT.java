package dev.fairlead.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.ShutdownConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that the unit of systemd fits what is in the tarball and what a member does. Provoked by
 * reading it. A failure would look like a service that does not start, or is killed in its grace.
 */
class SystemdUnitIT {
  /** Where the unit says that the tarball is unpacked. */
  private static final String HOME = "/opt/fairlead/";

  @TempDir private Path directory;
  private Tarball tarball;
  private final Map<String, List<String>> settings = new TreeMap<>();

  @BeforeEach
  void read() throws Exception {
    tarball = Tarball.unpack(directory);
    Files.readAllLines(tarball.path("systemd", "fairlead.service")).stream()
        .filter(line -> line.matches("[A-Za-z]+=.*"))
        .map(line -> line.split("=", 2))
        .forEach(part -> settings.computeIfAbsent(part[0], key -> new ArrayList<>()).add(part[1]));
  }

  private String only(String key) {
    assertThat(settings.get(key)).as(key).hasSize(1);
    return settings.get(key).get(0);
  }

  @Test
  void whatItStartsIsInTheTarball() throws IOException {
    List<String> commands = new ArrayList<>(settings.get("ExecStart"));
    commands.addAll(settings.get("ExecReload"));
    commands.removeIf(command -> !command.startsWith(HOME));
    assertThat(commands).hasSize(2);
    for (String command : commands) {
      String program = command.split(" ", 2)[0].substring(HOME.length());
      assertThat(tarball.directory().resolve(program)).isExecutable();
    }
    String page = only("Documentation").replace("file://" + HOME, "");
    assertThat(tarball.directory().resolve(page)).isRegularFile();
  }

  @Test
  void reloadChecksTheFileThatRunsAndSendsHup() {
    String file = only("ExecStart").replaceFirst(".* -c ", "");
    assertThat(settings.get("ExecReload"))
        .containsExactly(HOME + "bin/fairlead check -c " + file, "/bin/kill -HUP $MAINPID");
  }

  @Test
  void stopWaitsLongerThanADrainTakes() {
    Duration drain = ShutdownConfig.DEFAULT.delay().plus(ShutdownConfig.DEFAULT.grace());
    assertThat(Duration.parse("PT" + only("TimeoutStopSec"))).isGreaterThan(drain.plusSeconds(10));
    assertThat(only("KillMode")).isEqualTo("mixed");
    assertThat(only("Restart")).isEqualTo("on-failure");
  }

  @Test
  void sandboxLeavesWhatAMemberNeeds() {
    assertThat(only("Type")).isEqualTo("notify");
    assertThat(Integer.parseInt(only("LimitNOFILE"))).isGreaterThanOrEqualTo(65_536);
    assertThat(only("AmbientCapabilities")).isEqualTo("CAP_NET_BIND_SERVICE");
    assertThat(only("RestrictAddressFamilies")).contains("AF_INET ", "AF_INET6", "AF_UNIX");
    assertThat(settings.get("SystemCallFilter")).contains("@system-service");
    // The JVM compiles as it runs.
    assertThat(settings).doesNotContainKey("MemoryDenyWriteExecute");
  }
}
