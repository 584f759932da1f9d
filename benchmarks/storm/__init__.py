"""Real processes, a mail catcher that can misbehave, and what breaks them: shared with tests/chaos."""
