"""Ebb: how fast relief from anxiety comes after a treatment with ketamine or esketamine, and how long it lasts."""
