"""How well answers are scored: attacks made by code, samples written by people, and the bars."""
