"""What changes the archive or makes a file: one function a command."""
