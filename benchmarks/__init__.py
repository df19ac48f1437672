"""What the project measures about itself: not shipped, not needed to run it."""
