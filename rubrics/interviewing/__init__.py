"""The interviewer without a language model: what it answers, and what it asks of its own."""
