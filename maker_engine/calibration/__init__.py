"""Calibration: what a model is worth on a task, measured on a sample of its steps before a run is paid for."""
