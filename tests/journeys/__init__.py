"""Whole ways of papers through the real program: keeper, workers and follower, asked over HTTP."""
