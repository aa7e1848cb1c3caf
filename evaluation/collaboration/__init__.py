"""How much other shoppers' events improve a feed, on shoppers with planted tastes."""
