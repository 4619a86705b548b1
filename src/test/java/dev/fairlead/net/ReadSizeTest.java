package dev.fairlead.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReadSizeTest {
  @Test
  void choosesTheSizesThatNettysAllocatorWouldChoose() {
    Random random = new Random(1);
    DefaultChannelConfig config = new DefaultChannelConfig(new EmbeddedChannel());
    var netty = ReadSize.ADAPTIVE.newHandle();
    ReadSize ours = new ReadSize();

    for (int round = 0; round < 100_000; round++) {
      netty.reset(config);
      ours.beginRound();
      for (int reads = random.nextInt(4); reads >= 0; reads--) {
        int room = netty.guess();
        assertThat(ours.nextSize()).isEqualTo(room);
        int count = random.nextBoolean() ? room : random.nextInt(room + 2) - 1;
        netty.attemptedBytesRead(room);
        netty.lastBytesRead(count);
        ours.hasRead(room, count);
      }
      netty.readComplete();
      ours.endRound();
    }
  }
}
