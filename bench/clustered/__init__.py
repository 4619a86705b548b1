"""The parts of cluster.py: three members of one cluster, what is behind them, and each check."""
