"""Reverse mode from equations to equations: each gradient is an equation over named quantities."""

from backpropcli.autodiff.sweep import Assignment, Gradient, derivative_name, gradients

__all__ = ["Assignment", "Gradient", "derivative_name", "gradients"]
