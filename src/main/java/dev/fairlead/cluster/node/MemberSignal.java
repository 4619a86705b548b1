package dev.fairlead.cluster.node;

import com.hazelcast.config.Config;
import com.hazelcast.config.ConfigAccessor;
import com.hazelcast.config.ServiceConfig;
import com.hazelcast.internal.services.ManagedService;
import com.hazelcast.internal.services.MembershipAwareService;
import com.hazelcast.internal.services.MembershipServiceEvent;
import com.hazelcast.spi.impl.NodeEngine;
import java.util.Properties;

/**
 * Tells that the members of Hazelcast have changed, or that it stops, as soon as its own services
 * hear of it: before the listeners of the public interface, whose threads may be blocked for
 * seconds. Called on a thread of Hazelcast that its other services share, so nothing here may
 * block.
 */
final class MemberSignal implements ManagedService, MembershipAwareService {
  private static final String NAME = "fairlead:members";

  private volatile Runnable changed = () -> {};
  private volatile Runnable stops = () -> {};

  private MemberSignal() {}

  /** Of the Hazelcast that is started with {@code config}. */
  static MemberSignal of(Config config) {
    MemberSignal signal = new MemberSignal();
    ConfigAccessor.getServicesConfig(config)
        .addServiceConfig(
            new ServiceConfig().setEnabled(true).setName(NAME).setImplementation(signal));
    return signal;
  }

  /** What to call from now on; the list of members is the new one by then. Must not block. */
  void listen(Runnable onChange, Runnable onStop) {
    changed = onChange;
    stops = onStop;
  }

  @Override
  public void memberAdded(MembershipServiceEvent event) {
    changed.run();
  }

  @Override
  public void memberRemoved(MembershipServiceEvent event) {
    changed.run();
  }

  @Override
  public void init(NodeEngine nodeEngine, Properties properties) {
    // It needs nothing of Hazelcast.
  }

  /** Before this part of a split joins the other one; its members are signalled after that. */
  @Override
  public void reset() {
    // It keeps nothing.
  }

  @Override
  public void shutdown(boolean terminate) {
    stops.run();
  }
}
