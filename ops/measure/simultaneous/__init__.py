"""`make simultaneous`: what showing words and clauses of somebody who still speaks costs, by policy, off line."""
