"""Callbacks that keep the values of a fit elsewhere: files, TensorBoard, MLflow, W&B, trackio."""
