"""What the platform speaks of, and the rules that hold without a request."""
