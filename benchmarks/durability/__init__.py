"""Whether anything that was typed is ever lost: see README.md."""
