"""Vehicle + declaration + date -> verdict: law, facts, the decision table."""
