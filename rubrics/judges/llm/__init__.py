"""A judge that asks a language model what an answer shows, and believes only what it can check.

Nothing here knows Django. The client of the model's server is loaded when a model is first asked.
"""
