package dev.fairlead.member;

import dev.fairlead.cluster.revision.ConfigStart.StartupConfig;
import dev.fairlead.cluster.signing.Secret;
import dev.fairlead.config.NodeConfig;
import dev.fairlead.config.text.ConfigText;
import dev.fairlead.member.file.KeptRevisions;
import dev.fairlead.member.file.StateDir;
import dev.fairlead.member.file.StateDir.SavedState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a member reads from disk before it joins, besides its configuration file. Without a secret,
 * commands are not signed.
 */
record StartState(StartupConfig startup, KeptRevisions kept, @Nullable Secret secret) {

  /** Blocks. Fails if {@code node.stateDir} or {@code cluster.secretFile} cannot be used. */
  static StartState read(LiveConfig.OwnConfig own) throws IOException {
    NodeConfig node = own.config().node();
    StateDir directory = node.stateDir() == null ? null : new StateDir(node.stateDir());
    Optional<SavedState> saved = directory == null ? Optional.empty() : directory.read();
    List<String> revisions = saved.map(SavedState::revisions).orElse(List.of());
    ConfigText text = own.text();
    String digest = saved.map(SavedState::ownFileDigest).orElse(null);
    // If the cluster has another configuration, a file changed since the last run does not count as
    // taken: it must still differ from the saved digest after a restart of the whole cluster.
    String taken = digest == null ? text.document().digest() : digest;
    Path secret = own.config().cluster().secretFile();
    return new StartState(
        new StartupConfig(text.document(), digest, revisions),
        new KeptRevisions(directory, taken, revisions),
        secret == null ? null : Secret.read(secret));
  }
}
