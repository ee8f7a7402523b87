"""What the scenarios share: the program under test, its clients, and hand-made requests."""
