"""A fact sheet for tests of the interviewer: what a shop knows."""

FACTS = [
    {
        "id": "load",
        "fact": "300 orders a second come in at noon.",
        "asks": ["How many orders per second are there?", "What is the peak load?"],
    },
    {
        "id": "time",
        "fact": "The list must be there within 120 ms.",
        "asks": ["What latency is acceptable?", "How fast must the list be there?"],
    },
    {
        "id": "minors",
        "fact": "Nobody under 18 may order.",
        "asks": ["Are there children among the customers?", "Is there an age limit?"],
    },
]
