package dev.fairlead.member;

import dev.fairlead.cluster.revision.StartupConfig;
import dev.fairlead.cluster.signing.Secret;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.member.StateDir.State;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a member reads of the disk besides its configuration, before it joins.
 *
 * @param beginning what it brings along
 * @param kept where it keeps its revisions
 * @param secret null = nothing is signed
 */
record StartState(StartupConfig beginning, KeptRevisions kept, Secret secret) {

  /**
   * Reads it. Blocks.
   *
   * @throws IOException when {@code node.stateDir} can't be used
   * @throws IllegalStateException when {@code cluster.secretFile} can't be used
   */
  static StartState read(LiveConfig.Own own) throws IOException {
    NodeConfig node = own.config().node();
    StateDir directory = node.stateDir() == null ? null : new StateDir(node.stateDir());
    Optional<State> state = directory == null ? Optional.empty() : directory.read();
    List<String> revisions = state.map(State::revisions).orElse(List.of());
    ConfigText text = own.text();
    String digest = state.map(State::ownFileDigest).orElse(null);
    // Where the cluster has another configuration, a file that was changed meanwhile is not taken
    // yet: it still differs from what is kept when all start again.
    String taken = digest == null ? FileChanges.digest(text) : digest;
    Path secret = own.config().cluster().secretFile();
    return new StartState(
        new StartupConfig(text.format(), text.text(), digest, revisions),
        new KeptRevisions(directory, taken, revisions),
        secret == null ? null : Secret.read(secret));
  }
}
