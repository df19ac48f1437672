"""What people do with the question bank: interviews, grading, reports."""
