"""Trains and runs torch models; needs the extra [train]."""
