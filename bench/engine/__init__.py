"""What watching costs and finds, beside what a user would pick instead."""
