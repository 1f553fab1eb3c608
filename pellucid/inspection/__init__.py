"""What can be read off one training step: formulas with numbers, paths, by-hand checks."""
