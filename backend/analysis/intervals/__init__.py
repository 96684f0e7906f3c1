"""Estimation from waiting times that are known only to lie in a half-open interval."""
