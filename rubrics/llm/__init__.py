"""A language model behind any OpenAI-compatible server: what it costs, and how it is asked."""
