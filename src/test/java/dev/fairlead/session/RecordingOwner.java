package dev.fairlead.session;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.net.ConnectFailure;
import dev.fairlead.net.Transport;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Stands for the session of a step, and records what the step reports. */
class RecordingOwner implements Step.StepOwner {
  final Queue<String> reports = new ConcurrentLinkedQueue<>();

  @Override
  public Transport transport() {
    return Transport.of(TransportKind.NIO);
  }

  @Override
  public void wakeBy(long time) {}

  @Override
  public void proceed() {
    reports.add("proceeds");
  }

  @Override
  public void connected(Side backend, long nanos) {
    reports.add("connected");
  }

  @Override
  public void notConnected(ConnectFailure last) {
    reports.add("not connected " + last);
  }

  @Override
  public void refuse(CloseReason limit) {
    reports.add("refused " + limit);
  }

  @Override
  public void linger(CloseReason why) {
    reports.add("lingers " + why);
  }

  @Override
  public void end(CloseReason why) {
    reports.add("ended " + why);
  }

  @Override
  public void end() {
    reports.add("ended");
  }

  @Override
  public void crashed(Throwable bug) {
    reports.add("failed " + bug.getMessage());
  }

  @Override
  public void read(Side side, int bytes) {}

  @Override
  public void kept() {}

  @Override
  public void touch() {}

  @Override
  public void paused() {}

  @Override
  public boolean isDiscarding() {
    return false;
  }

  @Override
  public void finished(Side side) {}

  @Override
  public void flushed(Side side) {}

  @Override
  public void secured(Side side, Throwable failure) {}

  @Override
  public void failed(Side side, Throwable cause) {}
}
