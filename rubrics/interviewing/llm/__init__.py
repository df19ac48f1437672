"""The interviewer with a language model: it chooses and phrases, and code checks every word."""
