"""What several benchmarks use: sizes and reports, and markets, events and cities of any size."""
