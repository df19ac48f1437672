"""What people may fill in, by who fills it in."""
