"""From claims and accounting rules to bounds on every cell, with every rejected figure explained."""
