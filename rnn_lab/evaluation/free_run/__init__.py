"""Networks and baselines left to their own forecasts."""
