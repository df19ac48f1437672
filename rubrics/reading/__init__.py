"""The answer as a judge sees it: units, words, stance, quantities."""
