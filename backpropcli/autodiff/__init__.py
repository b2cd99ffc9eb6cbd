"""Reverse mode from equations to equations: each gradient is an equation over named quantities."""

from backpropcli.autodiff.sweep import Gradient, derivative_name, gradients
from backpropcli.autodiff.vjp import Assignment

__all__ = ["Assignment", "Gradient", "derivative_name", "gradients"]
