"""How a gradient is obtained."""
