"""Measure search: judged queries, measures, baselines for comparison, a table and a plot."""
