"""The parts of accept.py: a started member, real servers behind it, and sessions by the thousand."""
