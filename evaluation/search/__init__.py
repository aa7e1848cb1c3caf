"""How good the answers are: judged queries, figures, baselines beside them, a table and a plot."""
