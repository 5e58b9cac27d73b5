"""Speed on this machine. `make bench` runs all; figures are ratios or per core, and say what they ran on."""
