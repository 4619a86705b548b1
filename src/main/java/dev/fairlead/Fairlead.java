package dev.fairlead;

/** Entry point of the jar. */
public final class Fairlead {
  private Fairlead() {}

  public static void main(String[] args) {}
}
