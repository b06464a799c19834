"""How good is a trained network: metrics, the baselines it must beat, statistics over seeds, forecasts."""
