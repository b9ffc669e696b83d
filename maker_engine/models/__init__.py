"""Who answers: one small port, and the models behind it."""
