"""What only reads: one function a query."""
